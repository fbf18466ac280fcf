"""The marks of a class of .py files as a table for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import IO, Any

from grader.text import spreadsheet


class CsvTable:
    """Writes a row a submission, with its points and then those of each exercise and how it went."""

    def __init__(self, file: IO[str], exercises: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._exercises = len(exercises)
        each = [column for name in exercises for column in (name, f"{name} status")]
        self._writer.writerow(["submission", "points", "max_points", *each])

    def add(self, name: str, record: Mapping[str, Any] | None) -> None:
        """A submission's row; without a record, of one that could not be judged, it has no points."""
        name = spreadsheet.cell(name)
        if record is None:
            self._writer.writerow([name, "", "", *["", "not judged"] * self._exercises])
            return
        each = [cell for exercise in record["exercises"] for cell in (exercise["points"], exercise["status"])]
        self._writer.writerow([name, record["points"], record["max_points"], *each])
