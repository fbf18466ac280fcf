"""An assignment in nbgrader's gradebook: what is asked once, and the marks of many submissions in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import compute_checksum
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import load_only, selectinload

from grader.classes.notebooks.notebook_grading import Master, NotebookMarks
from grader.classes.notebooks.opened_gradebook import find_assignment
from grader.classes.notebooks.settings import plugin_text
from grader.course.restoring import originals, restored

NO_ANSWER = "No response."
"""nbgrader's comment on an answer that is still the stub."""


@dataclass(frozen=True)
class Entry:
    """What is to be entered for one submission: marks by notebook, and the notebooks that were not handed in."""

    student: str
    timestamp: datetime | None
    notebooks: Mapping[str, NotebookMarks]
    absent: frozenset[str] = frozenset()

    @property
    def points(self) -> float:
        """All its automatic points."""
        return sum(score or 0.0 for marks in self.notebooks.values() for score in marks.scores.values())


class Entries:
    """The marks of one assignment. Raises NotInGradebookError when it is made.

    `late` is nbgrader's preprocessor for late penalties; `given` tells of a notebook the texts of cells that aren't in
    the gradebook; `masters` are the assignment's notebooks by name.
    """

    def __init__(self, book: Any, assignment: str, late: Any, given: Callable[[str], frozenset[str]]) -> None:
        self._db = book.db
        self._late = late
        found = find_assignment(book, assignment)
        self._id: str = found.id
        self._notebooks = {each.id: each.name for each in found.notebooks}
        self._graded = {each.id: _names([*each.grade_cells, *each.task_cells]) for each in found.notebooks}
        self._commented = {each.id: _names([*each.solution_cells, *each.task_cells]) for each in found.notebooks}
        self.masters = {each.name: _master(each, given(each.name)) for each in found.notebooks}
        self._db.commit()

    def students(self) -> set[str]:
        """Every student that the gradebook knows."""
        return {student for (student,) in self._read(select(Student.id))}

    def points(self) -> dict[str, float]:
        """All automatic points of every student who has handed in."""
        query = (
            select(SubmittedAssignment.student_id, func.coalesce(func.sum(Grade.auto_score), 0.0))
            .select_from(SubmittedAssignment)
            .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(SubmittedAssignment.assignment_id == self._id)
            .group_by(SubmittedAssignment.student_id)
        )
        return {student: float(points) for student, points in self._read(query)}

    def _read(self, query: Any) -> list[Any]:
        rows = list(self._db.execute(query))
        self._db.commit()
        return rows

    def lateness(self) -> Callable[[str], str]:
        """What a student's late penalty depends on besides the submission: the due date, an extension, the plug-in."""
        due = self._read(select(Assignment.duedate).where(Assignment.id == self._id))
        query = select(SubmittedAssignment.student_id, SubmittedAssignment.extension)
        extensions = dict(map(tuple, self._read(query.where(SubmittedAssignment.assignment_id == self._id))))
        plugin = plugin_text(self._late)
        return lambda student: repr((due, extensions.get(student), plugin))

    def penalise(self, student: str, notebooks: Iterable[str]) -> str:
        """Enters the late penalties of a submission whose marks stay; or why that isn't possible."""
        query = select(SubmittedAssignment).where(
            SubmittedAssignment.assignment_id == self._id, SubmittedAssignment.student_id == student
        )
        problem = self._penalise(frozenset(notebooks), self._db.execute(query).scalar_one())
        self._db.commit()
        self._db.expunge_all()
        return problem

    def enter(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Enters all of them in one transaction; for whom that isn't possible, why.

        Marks that were given by hand are kept, and flagged. Raises OperationalError.
        """
        try:
            submissions = self._submissions(entries)
            for entry in entries:
                for notebook in submissions[entry.student].notebooks:
                    self._enter(entry, notebook)
            self._db.flush()
            problems = {entry.student: self._penalise(entry.notebooks, submissions[entry.student]) for entry in entries}
            self._db.commit()
        except OperationalError:
            self._db.rollback()
            raise
        except (SQLAlchemyError, ValueError) as error:
            self._db.rollback()
            if len(entries) == 1:
                return {entries[0].student: f"the gradebook doesn't take it: {str(error).splitlines()[0]}"}
            problems = {student: why for entry in entries for student, why in self.enter([entry]).items()}
        self._db.expunge_all()
        return {student: why for student, why in problems.items() if why}

    def _submissions(self, entries: Iterable[Entry]) -> dict[str, Any]:
        """Each student's submission with all that is in it, made if need be, as nbgrader makes them."""
        timestamps = {entry.student: entry.timestamp for entry in entries}
        known = set(self._db.execute(select(Student.id).where(Student.id.in_(timestamps))).scalars())
        self._db.add_all(Student(id=student) for student in timestamps if student not in known)
        notebooks = selectinload(SubmittedAssignment.notebooks).load_only(SubmittedNotebook.notebook_id)
        grades = selectinload(SubmittedNotebook.grades).load_only(
            Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade
        )
        comments = selectinload(SubmittedNotebook.comments).load_only(Comment.cell_id, Comment.auto_comment)
        query = (
            select(SubmittedAssignment)
            .where(SubmittedAssignment.assignment_id == self._id, SubmittedAssignment.student_id.in_(timestamps))
            .options(
                load_only(SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension),
                notebooks.options(grades, comments),
            )
        )
        found = {each.student_id: each for each in self._db.execute(query).scalars()}
        for student, timestamp in timestamps.items():
            if student not in found:
                found[student] = SubmittedAssignment(assignment_id=self._id, student_id=student)
            if timestamp:
                found[student].timestamp = timestamp
            self._complete(found[student])
            self._db.add(found[student])
        return found

    def _complete(self, submission: Any) -> None:
        """Gives a submission what it lacks."""
        there = {each.notebook_id: each for each in submission.notebooks}
        for which in self._notebooks:
            notebook = there.get(which) or SubmittedNotebook(notebook_id=which, assignment=submission)
            for model, rows, cells in (
                (Grade, notebook.grades, self._graded[which]),
                (Comment, notebook.comments, self._commented[which]),
            ):
                present = {row.cell_id for row in rows}
                for cell in cells:
                    if cell not in present:
                        model(cell_id=cell, notebook=notebook)

    def _enter(self, entry: Entry, notebook: Any) -> None:
        """Enters the marks of one notebook of a submission, as nbgrader's SaveAutoGrades does."""
        name = self._notebooks[notebook.notebook_id]
        if name in entry.absent:
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 0.0, False
        marks = entry.notebooks.get(name)
        if marks is None:
            return
        for grade in notebook.grades:
            cell = self._graded[notebook.notebook_id][grade.cell_id]
            if cell in marks.scores:
                grade.auto_score = marks.scores[cell]
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            cell = self._commented[notebook.notebook_id][comment.cell_id]
            comment.auto_comment = NO_ANSWER if cell in marks.unanswered else None

    def _penalise(self, handed_in: Container[str], submission: Any) -> str:
        """Enters late penalties, as nbgrader's AssignLatePenalties does; or why they can't be told."""
        graded = [each for each in submission.notebooks if self._notebooks[each.notebook_id] in handed_in]
        try:
            penalties = [self._penalty(submission, notebook) for notebook in graded]
        except SQLAlchemyError:
            raise
        except Exception as error:
            # The plugin is the instructor's own.
            return f"its late penalty can't be told: {type(error).__name__}: {error}"
        for notebook, penalty in zip(graded, penalties, strict=True):
            notebook.late_submission_penalty = penalty
        return ""

    def _penalty(self, submission: Any, notebook: Any) -> float | None:
        """The late penalty for one notebook: at least 0, and at most its score."""
        late = submission.total_seconds_late
        if late <= 0:
            return None
        self._late.init_plugin()
        penalty = self._late.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, late)
        if penalty is None:
            return None
        return 0.0 if penalty < 0 else float(min(penalty, notebook.score))


def _names(cells: Iterable[Any]) -> dict[str, str]:
    return {cell.id: cell.name for cell in cells}


def _master(notebook: Any, given: frozenset[str]) -> Master:
    found = originals(notebook)
    cells = restored([], found)
    marks = [cell.metadata.nbgrader for cell in cells if compute_checksum(cell) == cell.metadata.nbgrader.checksum]
    return Master(found, frozenset(each.grade_id for each in marks), given)
