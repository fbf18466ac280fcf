"""nbgrader's feedback, made for exactly those for whom there is none yet, or one that is out of date."""

from __future__ import annotations

import glob
import hashlib
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook, TaskCell
from nbgrader.apps import GenerateFeedbackApp
from nbgrader.converters import GenerateFeedback
from sqlalchemy import select

from grader.classes.notebooks.ledger import Ledger, LedgerLine
from grader.classes.notebooks.opened_gradebook import find_assignment
from grader.classes.notebooks.settings import CONFIG, CourseError
from grader.classes.notebooks.student_folder import StudentFolder, every
from grader.course.preprocessor import HideHiddenTests


class FeedbackPages:
    """Makes the pages of an assignment. `problems` tell for whom that wasn't possible, and why.

    `book` is nbgrader's gradebook. Raises NotInGradebookError.
    """

    def __init__(self, app: Any, book: Any, ledger: Ledger) -> None:
        self.problems: dict[str, str] = {}
        self._app = app
        self._directory = app.coursedir
        self._ledger = ledger
        self._marks = marks_of_all(book, find_assignment(book, self._directory.assignment_id).id)
        parts = (Path(CONFIG).read_bytes(), version("nbgrader"), version("handgrad"), version("nbconvert"))
        self._common = repr(parts)

    def make(self, graded: Iterable[StudentFolder], force: bool, tell: Callable[[str], None]) -> None:
        """Makes the pages of those whose submissions were `graded`, where need be or by `force`; tells of each."""
        for each in graded:
            key = self._key(each)
            line = self._ledger.line(each.student)
            pages = self._pages(each.student)
            if not force and line and pages and (line.key, line.record) == (key, _digest(pages)):
                tell("kept")
            else:
                tell(self._made(each.student, key))

    def _made(self, student: str, key: str) -> str:
        """Makes a student's pages; "made", or "failed"."""
        self._directory.student_id = glob.escape(student)
        heard = _LastError()
        self._app.log.addHandler(heard)
        try:
            converter = GenerateFeedback(coursedir=self._directory, parent=self._app, force=True)
            if HideHiddenTests not in converter.preprocessors and _HIDING not in converter.preprocessors:
                converter.preprocessors = [*converter.preprocessors, HideHiddenTests]
            converter.start()
        except Exception as error:
            # nbgrader's own, or whatever a template or a filter of the instructor's raises.
            self.problems[student] = heard.text or f"{type(error).__name__}: {error}"
            return "failed"
        finally:
            self._app.log.removeHandler(heard)
        self._ledger.finish([LedgerLine(student, key, 0.0, _digest(self._pages(student)))])
        return "made"

    def _key(self, graded: StudentFolder) -> str:
        """What a student's pages depend on."""
        content = [(path.name, path.read_bytes()) for path in sorted(graded.path.glob("*.ipynb"))]
        parts = (self._common, content, self._marks.get(graded.student))
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def _pages(self, student: str) -> list[Path]:
        directory = self._directory
        path = directory.format_path(directory.feedback_directory, student, directory.assignment_id)
        return sorted(Path(os.path.normpath(path)).glob("*.html"))


_HIDING = f"{HideHiddenTests.__module__}.{HideHiddenTests.__name__}"


class _LastError(logging.Handler):
    """Keeps the last line of the last traceback that nbgrader logs."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a message in."""
        if (said := record.getMessage()).startswith("Traceback"):
            self.text = said.strip().splitlines()[-1]


def feedback_app() -> Any:
    """nbgrader's program for feedback, as the course in the current folder has set it. Raises CourseError."""
    if not Path(CONFIG).is_file():
        raise CourseError(
            f"there is no {CONFIG} in {os.getcwd()}: run this in a course's folder, or name it by --course"
        )
    app = GenerateFeedbackApp()
    app.raise_config_file_errors = True
    app.log_level = logging.ERROR
    try:
        app.initialize([])
    except SystemExit:
        raise CourseError(f"{CONFIG} sets what nbgrader refuses: see above") from None
    except Exception as error:
        raise CourseError(f"{CONFIG} can't be read: {type(error).__name__}: {error}") from None
    for each in app.log.handlers:
        each.setLevel(logging.CRITICAL)
    return app


def graded_folders(directory: Any, students: Iterable[str]) -> list[StudentFolder]:
    """The autograded folders of `students`, patterns as nbgrader has them."""
    return [each for each in every(directory, students, directory.autograded_directory) if each.path.is_dir()]


def marks_of_all(book: Any, assignment: str) -> Mapping[str, list[tuple[Any, ...]]]:
    """All that the gradebook has on each student's submission for an assignment, by its id."""
    graded, tasks = GradeCell.__table__.c, TaskCell.__table__.c
    notebooks = select(
        SubmittedAssignment.student_id, SubmittedNotebook.notebook_id, SubmittedNotebook.late_submission_penalty
    ).join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    grades = (
        notebooks.join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(graded.id.table, graded.id == Grade.cell_id)
        .outerjoin(tasks.id.table, tasks.id == Grade.cell_id)
        .add_columns(Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
        .add_columns(graded.max_score, tasks.max_score)
    )
    comments = notebooks.join(Comment, Comment.notebook_id == SubmittedNotebook.id).add_columns(
        Comment.cell_id, Comment.auto_comment, Comment.manual_comment
    )
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for query in (notebooks, grades, comments):
        for student, *values in book.db.execute(query.where(SubmittedAssignment.assignment_id == assignment)):
            found[student].append(tuple(values))
    book.db.commit()
    return {student: sorted(rows, key=repr) for student, rows in found.items()}


def _digest(pages: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for page in pages:
        digest.update(f"{page.name} ".encode("utf-8", "surrogateescape") + hashlib.sha256(page.read_bytes()).digest())
    return digest.hexdigest()
