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
        self._exercises = len(exercises)
        self._students = students
        each = [column for name in exercises for column in (name, f"{name} status")]
        self._writer.writerow(["student", "points", "max_points", *each, "submission"])

    def add(self, name: str, record: Mapping[str, Any] | None) -> None:
        """A submission's row; without a record, of one that could not be judged, it has no points."""
        student, name = spreadsheet.cell(self._students[name]), spreadsheet.cell(name)
        if record is None:
            self._writer.writerow([student, "", "", *["", "not judged"] * self._exercises, name])
            return
        each = [cell for exercise in record["exercises"] for cell in (mark(exercise["points"]), exercise["status"])]
        self._writer.writerow([student, mark(record["points"]), mark(record["max_points"]), *each, name])
