"""What has been done, in a file: a run that was killed goes on where it was, a later one does what has changed.

An SQLite database of one table. It may be deleted: then everything is done anew.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from grader.sandbox.kernel.shortage import DISK, FAILED_WRITE, shortage, words_of_sqlite

SUFFIX = ".resume"
"""What a journal's name adds to the name of the file of results beside it."""

COMMIT_SECONDS = 1.0
"""How much work a kill may cost, at most."""


class JournalError(Exception):
    """A journal that can't be used; the message says why, and what to do. `is_full`: there is no space for it."""

    def __init__(self, text: str, is_full: bool = False) -> None:
        super().__init__(text)
        self.is_full = is_full


class Journal:
    """Records by submission and part of it, each with the key of what it was made from."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._committed = time.monotonic()

    def keys(self, submission: str) -> Mapping[str, str]:
        """The key of each part that is done."""
        return dict(self._database.execute("SELECT part, key FROM done WHERE submission = ?", [submission]))

    def records(self, submission: str) -> Mapping[str, str]:
        """The record of each part that is done."""
        rows = self._database.execute("SELECT part, record FROM done WHERE submission = ?", [submission])
        try:
            return {part: zlib.decompress(record).decode() for part, record in rows}
        except (zlib.error, UnicodeDecodeError, TypeError) as error:
            raise sqlite3.DatabaseError(str(error)) from None

    def put(self, submission: str, part: str, key: str, record: str) -> None:
        """Keeps a record, instead of an earlier one of that part."""
        packed = zlib.compress(record.encode(), 1)
        self._database.execute("REPLACE INTO done VALUES (?, ?, ?, ?)", [submission, part, key, packed])
        self._commit_in_time()

    def forget(self, submission: str, part: str) -> None:
        """Drops a record that is out of date."""
        self._database.execute("DELETE FROM done WHERE submission = ? AND part = ?", [submission, part])
        self._commit_in_time()

    def _commit_in_time(self) -> None:
        if time.monotonic() - self._committed > COMMIT_SECONDS:
            self._database.commit()
            self._committed = time.monotonic()


@contextmanager
def journal(path: Path) -> Iterator[Journal]:
    """The journal in a file, made if there is none; for one process at a time. Raises JournalError."""
    columns = "submission TEXT, part TEXT, key TEXT, record BLOB, PRIMARY KEY (submission, part)"
    with database(path, columns, 1, "another run is writing it") as opened:
        try:
            yield Journal(opened)
        finally:
            opened.commit()


@contextmanager
def database(path: Path, columns: str, version: int, busy: str) -> Iterator[sqlite3.Connection]:
    """The database of a journal, with a table `done` of `columns`, one of them `key`; for one process at a time.

    What another version wrote is dropped. Raises JournalError, with the words `busy` where another process has it.
    """
    try:
        # What is in it was made from the secret seed.
        path.touch(mode=0o600)
    except OSError as error:
        raise JournalError(f"{path}: it can't be written: {error.strerror}", shortage(error) == DISK) from None
    try:
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level="IMMEDIATE")) as opened:
            _prepare(opened, columns, version)
            yield opened
    except sqlite3.OperationalError as error:
        why = busy if "locked" in str(error) else f"it can't be written: {words_of_sqlite(error)}"
        is_full = shortage(error) == DISK or FAILED_WRITE in str(error)
        raise JournalError(f"{path}: {why}", is_full) from None
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path} is damaged or no journal ({error}); delete it to do everything anew") from None


def _prepare(opened: sqlite3.Connection, columns: str, version: int) -> None:
    # Held until the end: two runs at once would do everything twice.
    opened.execute("PRAGMA locking_mode = EXCLUSIVE")
    (found,) = opened.execute("PRAGMA user_version").fetchone()
    if found != version:
        opened.execute("DROP TABLE IF EXISTS done")
        opened.execute(f"PRAGMA user_version = {version}")
    opened.execute(f"CREATE TABLE IF NOT EXISTS done ({columns})")
    # A write, to take the lock now.
    opened.execute("DELETE FROM done WHERE key IS NULL")
    opened.commit()
