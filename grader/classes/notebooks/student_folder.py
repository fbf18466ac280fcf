"""What students have handed in, as nbgrader finds it, read without trust: through no link, and up to a size."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from grader.course.reading import LIMIT
from grader.sandbox.host.source_file import MissingFile, SubmissionFileError, UnopenedFile, read_submission

TIMESTAMP = "timestamp.txt"

NOTEBOOK = "*.ipynb"

MAX_FILES = 10_000
MAX_DEPTH = 50
"""How many files may lie beside a notebook, and how deep."""


class OddSubmissionError(Exception):
    """A submission that can't be graded at all; the message says why."""


@dataclass(frozen=True)
class StudentFolder:
    """A student's folder for the assignment."""

    student: str
    path: Path


@dataclass(frozen=True)
class Contents:
    """What is in such a folder: its notebooks by name, or why one can't be read; the paths of the files beside them.

    `left` says of files that aren't copied why. `digest` is that of all of it.
    """

    notebooks: dict[str, bytes | str]
    files: tuple[str, ...]
    left: tuple[str, ...]
    timestamp: datetime | None
    digest: str


def find(directory: Any, students: Sequence[str]) -> tuple[list[StudentFolder], dict[str, str]]:
    """The folders of `students`, patterns as nbgrader has them, in its order; and of those without a notebook, why.

    Folders that can't be opened are among the first: who knows what is in them.
    """
    found, left = [], {}
    for each in _every(directory, students):
        names = _names(each.path)
        if names is None or any(map(_is_notebook, names)):
            found.append(each)
        else:
            some = ", ".join(sorted(names)[:3]) + (", …" if len(names) > 3 else "")
            left[each.student] = f"there is no notebook, but {some}" if names else "there is nothing in it"
    return found, left


def _every(directory: Any, students: Sequence[str]) -> Iterator[StudentFolder]:
    wanted = re.escape(directory.assignment_id)
    pattern = directory.format_path(directory.submitted_directory, "(?P<student>.*)", wanted, escape=True)
    excluded = directory.student_id_exclude.split(",")
    places = (directory.format_path(directory.submitted_directory, each, directory.assignment_id) for each in students)
    for path in sorted({path for place in places for path in glob.glob(place)}):
        named = re.fullmatch(pattern, path, re.DOTALL)
        if named and named["student"] not in excluded:
            yield StudentFolder(named["student"], Path(path))


def _is_notebook(name: str) -> bool:
    return _matches(name, (NOTEBOOK,))


def _names(folder: Path) -> list[str] | None:
    """What is in a folder, or None if it can't be opened."""
    try:
        return os.listdir(folder)
    except NotADirectoryError:
        return []
    except OSError:
        return None


def read(handed: StudentFolder, ignored: Sequence[str], largest: int) -> Contents:
    """What a student has handed in, without the files of `ignored` names, and those of more than `largest` bytes.

    Raises OddSubmissionError.
    """
    folder = handed.path
    # The student's own folder as well: what is above it is the instructor's.
    own = [folder, folder.parent] if folder.parent.name == handed.student else [folder]
    if any(each.is_symlink() for each in own):
        raise OddSubmissionError("its folder is a symbolic link, which is not followed")
    names = _names(folder)
    if names is None:
        raise OddSubmissionError("its folder can't be opened")
    digest = hashlib.sha256()
    notebooks: dict[str, bytes | str] = {}
    for name in sorted(names):
        if _is_notebook(name):
            notebooks[name.removesuffix(".ipynb")] = content = _content(folder, name)
            _add(digest, name, content)
    files, left = [], []
    for path in other_files(folder, ignored):
        try:
            _add(digest, path, read_file(folder, path, largest))
            files.append(path)
        except SubmissionFileError as error:
            left.append(str(error).rstrip("."))
            _add(digest, path, str(error))
    return Contents(notebooks, tuple(files), tuple(left), timestamp(folder), digest.hexdigest())


def read_file(folder: Path, path: str, largest: int) -> bytes:
    """The bytes of any file of a submission, an empty one too. Raises SubmissionFileError."""
    try:
        status = os.lstat(folder / path)
    except OSError:
        raise MissingFile(f"{path} is missing.") from None
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        return b""
    return read_submission(folder, path, largest)


def _add(digest: Any, name: str, content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    digest.update(repr((name, isinstance(content, bytes), len(data))).encode() + data)


def _content(folder: Path, name: str) -> bytes | str:
    try:
        return read_submission(folder, name, LIMIT)
    except UnopenedFile as error:
        raise OddSubmissionError(str(error).rstrip(".")) from None
    except SubmissionFileError as error:
        return str(error)


def timestamp(folder: Path) -> datetime | None:
    """When it was handed in, in UTC. Raises OddSubmissionError."""
    try:
        text = read_file(folder, TIMESTAMP, 1000).decode("utf-8").strip()
        return parse_utc(text) if text else None
    except MissingFile:
        return None
    except SubmissionFileError as error:
        raise OddSubmissionError(str(error).rstrip(".")) from None
    except Exception:
        # Whatever a student's text makes of dateutil: it isn't one error alone.
        raise OddSubmissionError(f"{TIMESTAMP} holds no date and time") from None


def other_files(folder: Path, ignored: Sequence[str]) -> Iterator[str]:
    """The paths, with slashes, of all files in a folder but notebooks and `ignored` ones, as nbgrader copies them.

    Raises OddSubmissionError for far too many.
    """
    patterns = [*ignored, NOTEBOOK]
    count = 0
    for path, folders, names in os.walk(folder):
        count += len(names)
        if count > MAX_FILES or len(Path(path).parts) - len(folder.parts) > MAX_DEPTH:
            raise OddSubmissionError(f"it has more than {MAX_FILES} files, or folders more than {MAX_DEPTH} deep")
        if _matches(os.path.basename(path), patterns):
            folders.clear()
            continue
        folders.sort()
        for name in sorted(names):
            if not _matches(name, patterns):
                yield Path(path, name).relative_to(folder).as_posix()


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """As nbgrader's glob does, a pattern means a hidden name only if it begins with a dot itself."""
    return any(fnmatch(name, each) and (each.startswith(".") or not name.startswith(".")) for each in patterns)
