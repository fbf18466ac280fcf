"""Marks as Canvas and Moodle import them: `nbgrader export --exporter=grader.course.exporters.CanvasExporter`.

What each system does with a file was read in its importer: `lib/gradebook_importer.rb` of Canvas,
`grade/import/csv/classes/load_data.php` of Moodle. A name is no formula in a spreadsheet; an ID stands as it is, or not
at all, for with another one no student is found.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import or_, select
from traitlets import Dict, Enum, Unicode

from grader.text.numbers import mark
from grader.text.quote import line
from grader.text.spreadsheet import cell, is_plain_id


@dataclass(frozen=True)
class Marks:
    """The marks of one assignment: its name, the points that there are, and each student's score by id."""

    assignment: str
    max_score: float
    scores: dict[str, float]


def marks_of(gradebook: Any, assignment: Any) -> tuple[Marks, list[str]]:
    """The marks of an assignment of the gradebook, and who still has answers to be graded by hand.

    Late penalties are taken off; no score goes below 0. Who has handed in what could not be graded has no score.
    """
    submissions = gradebook.assignment_submissions(assignment.name)
    marked = _marked(gradebook, assignment)
    scores = {
        each.student_id: max(0.0, each.score - (each.late_submission_penalty or 0))
        for each in submissions
        if each.student_id in marked
    }
    ungraded = sorted(each.student_id for each in submissions if each.needs_manual_grade)
    return Marks(assignment.name, assignment.max_score, scores), ungraded


def _marked(gradebook: Any, assignment: Any) -> set[str]:
    """Who has been given something for an assignment, be it 0."""
    query = (
        select(SubmittedAssignment.student_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(SubmittedAssignment.assignment_id == assignment.id)
        .where(or_(Grade.auto_score.is_not(None), Grade.manual_score.is_not(None)))
    )
    return set(gradebook.db.execute(query.distinct()).scalars())


class GradebookExporter(ExportPlugin):
    """What the two have in common: which assignments and students there are, and what they earned."""

    default_name = ""

    columns = Dict(help="Columns that aren't called like their assignment: {'gates': 'Gates (1234)'}").tag(config=True)

    def rows(self, students: list[Any], marks: list[Marks]) -> Iterator[list[str]]:
        """The lines of the file, the header first."""
        raise NotImplementedError

    def export(self, gradebook: Any) -> None:
        """Writes the file to `--to`, or to the system's default name, for `--student` and `--assignment` or all."""
        only_students, only_assignments = set(map(str, self.student)), set(map(str, self.assignment))
        students = [each for each in gradebook.students if each.id in only_students or not only_students]
        assignments = [each for each in gradebook.assignments if each.name in only_assignments or not only_assignments]
        marks = [self._marks(gradebook, each) for each in assignments]
        path = Path(self.to or self.default_name)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self.rows(students, marks))
        self.log.info("Exported the marks to %s", path)

    def _marks(self, gradebook: Any, assignment: Any) -> Marks:
        """Warns where a teacher's marks are still to come."""
        marks, ungraded = marks_of(gradebook, assignment)
        if ungraded:
            self.log.warning("%s still has answers to grade by hand: %s", assignment.name, ", ".join(ungraded))
        return marks

    def _identity(self, student: Any, field: str) -> str:
        """What the system knows a student by, or "" if there is nothing, or only what is a formula in a spreadsheet."""
        identity = getattr(student, field) or ""
        if is_plain_id(identity):
            return str(identity)
        self.log.warning("%s: the %s would be a formula in a spreadsheet", line(student.id), field)
        return ""

    def _column(self, marks: Marks) -> str:
        return str(self.columns.get(marks.assignment, marks.assignment))


class CanvasExporter(GradebookExporter):
    """A file for Canvas, Grades → Import.

    Canvas finds a student by its own ID (nbgrader's `lms_user_id`), else by the login (nbgrader's id, or the e-mail
    address), else by name. A column with an assignment's exact title, or with its ID, "Gates (1234)", goes to that
    assignment; for any other, Canvas offers to make one. Who has not submitted gets an empty cell.
    """

    default_name = "canvas.csv"

    login = Enum(["id", "email"], "id", help="The student's field that is the login in Canvas.").tag(config=True)
    section = Unicode("", help="The name of the section; Canvas only shows it.").tag(config=True)

    def rows(self, students: list[Any], marks: list[Marks]) -> Iterator[list[str]]:
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield [*header, *map(self._column, marks)]
        yield ["    Points Possible", *[""] * (len(header) - 1), *(mark(each.max_score) for each in marks)]
        for student in students:
            name = cell(", ".join(filter(None, (student.last_name, student.first_name))) or student.id)
            known = [self._identity(student, "lms_user_id"), "", self._identity(student, self.login)]
            scores = [mark(each.scores[student.id]) if student.id in each.scores else "" for each in marks]
            yield [name, *known, self.section, *scores]


class MoodleExporter(GradebookExporter):
    """A file for Moodle, Grades → Import → CSV file.

    There, map the identity column to the user, and each assignment to its grade item or to a new one. A row whose
    student Moodle can't find stops the whole import, and older versions give a row without an identity to the student
    above it: those are left out, with a warning. Who has not submitted gets "-", Moodle's sign for no grade.
    """

    default_name = "moodle.csv"

    identity = Enum(
        ["username", "email", "idnumber"],
        "username",
        help="What Moodle knows students by: username (nbgrader's id), email, or idnumber (nbgrader's lms_user_id).",
    ).tag(config=True)

    def rows(self, students: list[Any], marks: list[Marks]) -> Iterator[list[str]]:
        header, field = {
            "username": ("Username", "id"),
            "email": ("Email address", "email"),
            "idnumber": ("ID number", "lms_user_id"),
        }[self.identity]
        yield ["First name", "Last name", header, *map(self._column, marks)]
        for student in students:
            if not (identity := self._identity(student, field)):
                self.log.warning("%s is left out: there is no %s to find this student by", line(student.id), field)
                continue
            scores = [mark(each.scores[student.id]) if student.id in each.scores else "-" for each in marks]
            yield [cell(student.first_name or ""), cell(student.last_name or ""), identity, *scores]
