"""What has been graded, in a file of the course: a run that was killed goes on, and a later one does what has changed.

It may be deleted: then nbgrader's own rule decides what is graded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from grader.classes.engine.journal import SUFFIX, database

COMMAND = "autograde"
FILE = f"{COMMAND}{SUFFIX}"

VERBS = {COMMAND: "grading", "feedback": "at work in"}
"""What the commands that keep a ledger do."""

BEGUN = ""
"""The key of a submission whose marks may or may not be in the gradebook: it is graded again."""


@dataclass(frozen=True)
class LedgerLine:
    """That a submission was graded, from what (`key`), its automatic points, and the verdicts as JSON."""

    student: str
    key: str
    points: float
    record: str


class Ledger:
    """What is done of one assignment."""

    def __init__(self, database: sqlite3.Connection, assignment: str) -> None:
        self._database = database
        self._assignment = assignment

    def line(self, student: str) -> LedgerLine | None:
        """What is known of a student's submission."""
        query = "SELECT student, key, points, record FROM done WHERE assignment = ? AND student = ?"
        row = self._database.execute(query, [self._assignment, student]).fetchone()
        return LedgerLine(*row) if row else None

    def begin(self, students: Iterable[str]) -> None:
        """Notes that their marks are about to be written; it is on the disk when this returns."""
        self.finish(LedgerLine(student, BEGUN, 0.0, "") for student in students)

    def finish(self, lines: Iterable[LedgerLine]) -> None:
        """Notes that their marks are written, and their folders; it is on the disk when this returns."""
        rows = [(self._assignment, *astuple(each)) for each in lines]
        with self._database:
            self._database.executemany("REPLACE INTO done VALUES (?, ?, ?, ?, ?)", rows)


@contextmanager
def ledger(course: Path, assignment: str, command: str = COMMAND) -> Iterator[Ledger]:
    """The ledger that a command keeps of an assignment, for one process at a time. Raises JournalError."""
    columns = "assignment TEXT, student TEXT, key TEXT, points REAL, record TEXT, PRIMARY KEY (assignment, student)"
    busy = f"another grader {command} is {VERBS[command]} this course"
    with database(course / f"{command}{SUFFIX}", columns, 1, busy) as opened:
        yield Ledger(opened, assignment)
