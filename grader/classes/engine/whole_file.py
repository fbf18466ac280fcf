"""A file that is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from grader.sandbox.kernel.shortage import DISK, shortage


class OutputError(Exception):
    """A file that can't be written; the message says why. `is_full`: there is no space for it."""

    def __init__(self, path: Path, error: OSError | str) -> None:
        super().__init__(f"{path} can't be written: {error if isinstance(error, str) else error.strerror}")
        self.is_full = isinstance(error, OSError) and shortage(error) == DISK


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """A file to be written, which takes the place of `path` when all of it is there. Raises OutputError."""
    part = part_of(path)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputError(path, error) from None
    finally:
        with suppress(OSError):
            part.unlink()


def part_of(path: Path) -> Path:
    """The file beside it in which it is written first."""
    return path.with_name(f"{path.name}.part")


def require_writable(path: Path) -> None:
    """Raises OutputError if `path` can't be written."""
    if path.exists() and not path.is_file():
        raise OutputError(path, "it is no file")
    part = part_of(path)
    try:
        part.open("w").close()
        part.unlink()
    except OSError as error:
        raise OutputError(path, error) from None
