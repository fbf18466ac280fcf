"""Results in files: written whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class OutputError(Exception):
    """A file that can't be written; the message says why."""


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """A file to be written, which takes the place of `path` when all of it is there. Raises OutputError."""
    part = part_of(path)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink()


def part_of(path: Path) -> Path:
    """The file beside it in which it is written first."""
    return path.with_name(f"{path.name}.part")


def require_writable(path: Path) -> None:
    """Raises OutputError if `path` can't be written."""
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} can't be written: it is no file")
    part = part_of(path)
    try:
        part.open("w").close()
        part.unlink()
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}") from None


class Table:
    """Marks as CSV: a row a submission, with its points and then those of each exercise and how it went."""

    def __init__(self, file: IO[str], exercises: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._exercises = len(exercises)
        each = [column for name in exercises for column in (name, f"{name} status")]
        self._writer.writerow(["submission", "points", "max_points", *each])

    def add(self, name: str, record: Mapping[str, Any] | None) -> None:
        """A submission's row; without a record, of one that could not be judged, it has no points."""
        shown = f"'{name}" if name.startswith(_FORMULA) else name
        if record is None:
            self._writer.writerow([shown, "", "", *["", "not judged"] * self._exercises])
            return
        each = [cell for exercise in record["exercises"] for cell in (exercise["points"], exercise["status"])]
        self._writer.writerow([shown, record["points"], record["max_points"], *each])
