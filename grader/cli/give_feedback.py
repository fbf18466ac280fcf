"""The command that makes an assignment's feedback."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.class_options import interruptible, show_notes
from grader.cli.course_commands import enter, plain_errors, require_nbgrader


@click.command()
@click.argument("assignment")
@click.option("--student", "students", metavar="ID", multiple=True, help="A student, or a pattern; or several.")
@click.option("--force", is_flag=True, help="Make all of it anew.")
@click.option("--course", metavar="DIR", type=click.Path(path_type=Path), help="The course's folder (this one).")
def feedback(assignment: str, students: tuple[str, ...], force: bool, course: Path | None) -> None:
    """Make the feedback on ASSIGNMENT that is out of date.

    That is nbgrader's, as nbgrader generate_feedback makes it, for who has none yet, and for whom marks, comments or
    what was graded have changed since. What has been made is kept in feedback.resume, in the course's folder. The exit
    status is 1 if a student's could not be made.
    """
    if not assignment:
        raise click.UsageError("ASSIGNMENT is empty")
    enter(course)
    with interruptible(), plain_errors(assignment):
        problems = _made(assignment, students, force)
    show_notes("Not made; the same command tries again", problems)
    if problems:
        sys.exit(1)


def _made(assignment: str, students: tuple[str, ...], force: bool) -> dict[str, str]:
    """For whom feedback could not be made, and why."""
    require_nbgrader()
    from grader.classes.engine.progress import progress
    from grader.classes.notebooks.feedback_pages import FeedbackPages, feedback_app, graded_folders
    from grader.classes.notebooks.ledger import ledger
    from grader.classes.notebooks.opened_gradebook import gradebook
    from grader.classes.notebooks.settings import CourseError

    app = feedback_app()
    directory = app.coursedir
    directory.assignment_id = assignment
    graded = graded_folders(directory, students or (directory.student_id,))
    with (
        gradebook(directory.db_url, directory.course_id) as book,
        ledger(Path(directory.root), assignment, "feedback") as kept,
    ):
        pages = FeedbackPages(app, book, kept)
        if not graded:
            raise CourseError(f"nobody has a graded notebook for {assignment}: grader autograde {assignment}")
        with progress(len(graded)) as tell:
            pages.make(graded, force, tell)
    return pages.problems
