"""The marks of a class of .py files as a table for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import IO, Any

from grader.text import spreadsheet
from grader.text.numbers import mark


class CsvTable:
    """Writes a row a submission: the student and the points, those of each exercise and how it went, and the folder.

    `students` are what the students are called, by their submissions.
    """

    def __init__(self, file: IO[str], exercises: Sequence[str], students: Mapping[str, str]) -> None:
        self._writer = csv.writer(file)
        self._exercises = exercises
        self._students = students
        each = [column for name in exercises for column in (name, f"{name} status")]
        self._writer.writerow(["student", "points", "max_points", *each, "submission"])

    def add(
        self, name: str, record: Mapping[str, Any] | None, judged: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """A submission's row; without a record it has no points but those of the exercises that were `judged`."""
        student, name = spreadsheet.cell(self._students[name]), spreadsheet.cell(name)
        if record is None:
            cells = [cell for each in self._exercises for cell in _cells((judged or {}).get(each))]
            self._writer.writerow([student, "", "", *cells, name])
            return
        each = [cell for exercise in record["exercises"] for cell in _cells(exercise)]
        self._writer.writerow([student, mark(record["points"]), mark(record["max_points"]), *each, name])


def _cells(exercise: Mapping[str, Any] | None) -> tuple[str, str]:
    """The points of an exercise, and how it went."""
    return (mark(exercise["points"]), exercise["status"]) if exercise else ("", "not judged")
