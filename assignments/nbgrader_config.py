"""The course, for every nbgrader command that is run in this folder."""

from pathlib import Path

c = get_config()

# One gradebook can hold several courses; it is a file here, gradebook.db, unless db_url names another database
# (for PostgreSQL: pip install 'psycopg[binary]').
c.CourseDirectory.course_id = "handgrad"
# c.CourseDirectory.db_url = "postgresql+psycopg://user:password@server/gradebook"

# Exercises of your own, for what isn't started from a shell that names them: JupyterHub, for example.
# import os; os.environ.setdefault("HANDGRAD_CATALOG", str(Path(__file__).with_name("own")))

# What students find in place of the solutions.
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("yours to write")'}
c.ClearSolutions.text_stub = "*Your answer goes here.*"

# Whatever was handed in is read, and what is the instructor's is put back: edited, deleted and copied cells too.
c.Autograde.exporter_class = "grader.course.preprocessor.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "grader.course.preprocessor.RestoreCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Submissions are judged instead of executed: their code runs confined, and never meets the tests or the gradebook.
c.Autograde.autograde_preprocessors = [
    "grader.course.preprocessor.JudgeSubmission",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# The random cases come from the number in this file. Nobody but the graders may know it: grader seed seed.txt makes it.
c.JudgeSubmission.seed_file = str(Path(__file__).with_name("seed.txt"))

# What the feedback says of a wrong gradient: "facts", where it is wrong, with no diagnosis; "known", which known
# mistake it is, too; "formulas", which formula it comes from where no mistake is known, too. You are told everything.
c.JudgeSubmission.tell = "formulas"

# The language of the verdicts: English, or German.
# c.JudgeSubmission.language = "de"

# What students wrote is shown without anything in it that a browser would run, and in bounded time: in the feedback and
# in formgrader.
c.HTMLExporter.filters = {
    "markdown2html": "grader.course.sanitise.markdown2html",
    "highlight_code": "grader.course.sanitise.highlight_code",
    "strip_files_prefix": "grader.course.sanitise.strip_files_prefix",
    "round": "grader.course.sanitise.round_points",
}

# Feedback has no hidden tests in it.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "grader.course.preprocessor.HideHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# Feedback is released on nbgrader's exchange to those who have handed in there; of the others you are told.
c.ExchangeFactory.release_feedback = "grader.course.exchange.ReleaseFeedback"
