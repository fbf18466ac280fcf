"""What has been graded, in a file of the course: a run that was killed goes on, and a later one does what has changed.

It may be deleted: then nbgrader's own rule decides what is graded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

FILE = "autograde.resume"

BEGUN = ""
"""The key of a submission whose marks may or may not be in the gradebook: it is graded again."""

_VERSION = 1


class JournalError(Exception):
    """A journal that can't be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Done:
    """That a submission was graded, from what (`key`), its automatic points, and the verdicts as JSON."""

    student: str
    key: str
    points: float
    record: str


class Journal:
    """What is done of one assignment."""

    def __init__(self, database: sqlite3.Connection, assignment: str) -> None:
        self._database = database
        self._assignment = assignment

    def done(self, student: str) -> Done | None:
        """What is known of a student's submission."""
        query = "SELECT student, key, points, record FROM done WHERE assignment = ? AND student = ?"
        row = self._database.execute(query, [self._assignment, student]).fetchone()
        return Done(*row) if row else None

    def begin(self, students: Iterable[str]) -> None:
        """Notes that their marks are about to be written; it is on the disk when this returns."""
        self.finish(Done(student, BEGUN, 0.0, "") for student in students)

    def finish(self, done: Iterable[Done]) -> None:
        """Notes that their marks are written, and their folders; it is on the disk when this returns."""
        rows = [(self._assignment, *astuple(each)) for each in done]
        with self._database:
            self._database.executemany("REPLACE INTO done VALUES (?, ?, ?, ?, ?)", rows)


@contextmanager
def journal(course: Path, assignment: str) -> Iterator[Journal]:
    """The journal of an assignment, for one process at a time. Raises JournalError."""
    path = course / FILE
    try:
        # It has a digest of the seed in it.
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level="IMMEDIATE")) as database:
            _prepare(database)
            yield Journal(database, assignment)
    except (sqlite3.OperationalError, OSError) as error:
        busy = "locked" in str(error)
        why = "another grader autograde is grading this course" if busy else f"it can't be written: {error}"
        raise JournalError(f"{path}: {why}") from None
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged ({error}); delete it, and nothing but time is lost") from None


def _prepare(database: sqlite3.Connection) -> None:
    # Held until the end: two runs must not write at once.
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        database.execute("DROP TABLE IF EXISTS done")
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute(
        "CREATE TABLE IF NOT EXISTS done"
        " (assignment TEXT, student TEXT, key TEXT, points REAL, record TEXT, PRIMARY KEY (assignment, student))"
    )
    # A write, to take the lock now.
    database.execute("DELETE FROM done WHERE student IS NULL")
    database.commit()
