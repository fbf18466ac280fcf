"""Our parts of nbgrader's way from a submission to its marks: it is read, restored and judged; nbgrader does the rest.

`nbgrader_config.py` puts them in their places.
"""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any, cast

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Float, Integer, Unicode

from grader.course.check_call import is_test
from grader.course.first_secret import course_seed
from grader.course.given_cells import given_cells
from grader.course.hidden_tests import without_hidden_tests
from grader.course.notebook_judge import Benches, NotebookJudge
from grader.course.private_course import PrivateCourse
from grader.course.reading import LIMIT, UnreadableError, read_notebook, unreadable_notebook
from grader.course.restoring import note_of, originals, restored
from grader.course.running import Limits
from grader.course.secret import SeedError, read_seed
from grader.judging.telling import EVERYTHING, TELL, Tell
from grader.sandbox.host.source_file import SubmissionFileError, UnopenedFile, read_submission
from grader.sandbox.host.worker import Isolation, Sandbox
from grader.text.language import ENGLISH, language, languages, preferred, speaking


class SubmissionExporter(NotebookExporter):
    """Reads notebooks as nbgrader does, except that one which can't be read becomes an empty one that says why.

    It is the first of our parts that nbgrader makes for a run, and sees to it that nbgrader's converter finds copies
    in place of submissions.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._course = None
        if isinstance(self.parent, Autograde):
            # nbgrader makes it when it has found the submissions, before it touches the first.
            if self.parent.assignments:
                self._require_seed(self.parent.coursedir)
            self._course = self.parent.coursedir = PrivateCourse(self.parent)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """The notebook as text, after all preprocessors."""
        path = Path(filename)
        try:
            read = self._course.notebook if self._course else _read
            notebook = read_notebook(read(path))
        except UnopenedFile:
            raise
        except (SubmissionFileError, UnreadableError) as error:
            self.log.warning("%s: %s", filename, error)
            notebook = unreadable_notebook(error)
        resources = {} if resources is None else resources
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        result: tuple[str, Any] = self.from_notebook_node(notebook, resources=resources, **options)
        return result

    def _require_seed(self, directory: Any) -> None:
        """Ends nbgrader's run with a line if the course has no seed, and can't be given one."""
        try:
            course_seed(JudgeSubmission(parent=self).seed_file, directory, self.log.warning)
        except SeedError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None


def _read(path: Path) -> bytes:
    return read_submission(path.parent, path.name, LIMIT)


class RestoreCells(NbGraderPreprocessor):
    """Stands where DeduplicateIds and OverwriteCells stand: puts right what is the instructor's."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The restored notebook."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            wanted = originals(gradebook.find_notebook(where["notebook"], where["assignment"]))
        course = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        given = given_cells(course, where["assignment"], where["notebook"]) if course else frozenset()
        nb.cells = restored(nb.cells, wanted, given)
        for cell in nb.cells:
            if note := note_of(cell):
                self.log.warning("%s: %s", cell.metadata["nbgrader"]["grade_id"], note)
        return nb, resources


class JudgeSubmission(NbGraderPreprocessor):
    """Stands where Execute stands: gives every code cell its output, and every test cell its points.

    Not a line of a submission runs in this process.
    """

    seed_file = Unicode(
        "",
        help="The file with the course's secret seed, a whole number of at least 60 bits that students can't know. "
        "The random cases are made from it. If there is none, and no mark yet, the first run makes it.",
    ).tag(config=True)

    isolation = Enum(
        ["full", "limits", "process"],
        "full",
        help='How tightly submissions are held. "full" needs Linux 5.13 or later; "limits" and "process" trust the '
        "students not to attack this machine: choose them only if you do.",
    ).tag(config=True)

    tell = Enum(
        TELL,
        EVERYTHING,
        help='What students are told of a wrong gradient: "facts", where it is wrong, with no diagnosis; "known", '
        'which known mistake it is, too; "formulas", which formula it comes from where no mistake is known, too. The '
        "record of grader autograde has everything.",
    ).tag(config=True)

    language = Enum(
        ["", *languages()],
        "",
        help='The language in which students are told their verdicts, such as "de", unless HANDGRAD_LANGUAGE, or '
        "--language, asks for another one.",
    ).tag(config=True)

    seconds = Float(Limits().cell, help="Wall-clock seconds that a cell may take; a check has its own limit.").tag(
        config=True
    )

    notebook_seconds = Float(Limits().notebook, help="Wall-clock seconds that a whole notebook may take.").tag(
        config=True
    )

    runs = Integer(
        Limits().runs,
        help="How often a notebook is run at most, each time without the cell or check in which its process died.",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The judged notebook."""
        limits = Limits(self.seconds, self.notebook_seconds, self.runs)
        # formgrader's process, which lasts, may grade several courses.
        with speaking(preferred(self.language)):
            judged = judge(read_seed(self.seed_file), self.isolation, limits, self.tell, language()).judge(nb)
        for test in judged.tests:
            self.log.info("%s: %g of %g points", test.grade_id, test.points, test.max_points)
        return judged.notebook, resources


class HideHiddenTests(NbGraderPreprocessor):
    """Stands among the preprocessors of nbgrader's feedback: no student is shown the hidden tests."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook without them."""
        for cell in nb.cells:
            if is_test(cell):
                cell.source = without_hidden_tests(cell.source)
        return nb, resources


@cache
def judge(seed: int, isolation: str, limits: Limits, tell: Tell, spoken: str = ENGLISH) -> NotebookJudge:
    """The judge for one seed, kept for all notebooks of this process that are `spoken` to in one language.

    It keeps verdicts, which are in the language in which they were first said.
    """
    sandbox = Sandbox(cast(Isolation, isolation))
    atexit.register(sandbox.close)
    return NotebookJudge(sandbox, Benches(seed), limits, tell)
