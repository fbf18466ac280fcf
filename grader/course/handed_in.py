"""What a student has handed in: read once, without trust, through no link, and up to a size in sum."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from grader.course.beside_files import BesideFiles
from grader.course.reading import LIMIT
from grader.course.timestamp import MAX_TIMESTAMP, TIMESTAMP, moment_of
from grader.sandbox.host.source_file import MissingFile, OpenFolder, SubmissionFileError, UnopenedFile, label_of

NOTEBOOK = "*.ipynb"

MAX_ENTRIES = 1_000
MAX_DEPTH = 50
MAX_PATH = 2_000
"""How many files and folders may lie beside a notebook, how deep, and how many bytes a path there may have.

nbgrader looks through a folder once for each file in it; and a system's paths have 4096 bytes at most.
"""

IN_THE_WAY = "it isn't copied, for in its place"

MAX_NAMED = 10
MAX_LABEL = 80
"""How many files that aren't copied are named, and with how many characters each."""


@dataclass(frozen=True)
class Room:
    """How many bytes a file beside a notebook may have, and all of them together; and where to put them meanwhile."""

    file: int
    sum: int
    folder: Path | None = None

    @classmethod
    def of(cls, course: Any) -> Room:
        """What nbgrader's settings say, which are in kilobytes."""
        return cls(course.max_file_size * 1000, course.max_dir_size * 1000, Path(course.root))


@dataclass(frozen=True)
class HandedIn:
    """What is in a student's folder: notebooks by name, or why one can't be read, and the files `beside` them.

    `others` are notebooks that nobody asked for. `left` says of files that aren't copied why. `undated` says why it
    isn't known when all was handed in, or that its `timestamp` is a guess, or "". `digest` is that of all of it.
    """

    notebooks: Mapping[str, bytes | str]
    beside: BesideFiles
    others: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    timestamp: datetime | None = None
    undated: str = ""
    digest: str = ""

    @property
    def odd(self) -> list[tuple[str, str]]:
        """What a person should look at, by what it is."""
        return [("undated" if self.timestamp is None else "zoneless", self.undated)] if self.undated else []


def read(
    folder: OpenFolder, wanted: Iterable[str], ignored: Sequence[str], room: Room, ours: Iterable[str] = ()
) -> HandedIn:
    """What is in a folder, of its notebooks those that are `wanted`, without the files of `ignored` names.

    `ours` are the paths of the instructor's files, which will lie there, too. Raises UnopenedFile where this machine
    won't let a notebook be read, and OSError.
    """
    notebooks = {name: found for name in wanted if (found := _notebook(folder, f"{name}.ipynb")) is not None}
    dated = _dated(folder)
    moment, undated = moment_of(dated) if isinstance(dated, bytes) else (None, dated or "")
    # nbgrader's later commands end, for the whole class, at one that holds no time; and pass over an empty one.
    reading = _FolderReading([*ignored, NOTEBOOK], room, dated if moment and isinstance(dated, bytes) else b"", ours)
    for name, content in sorted(notebooks.items()):
        reading.note(f"{name}.ipynb", content)
    reading.note(TIMESTAMP, "" if dated is None else dated)
    with ExitStack() as failing:
        failing.callback(reading.beside.close)
        if not matches(folder.path.name, reading.patterns):
            reading.walk(folder)
        failing.pop_all()
    others = tuple(sorted({*reading.notebooks} - {f"{name}.ipynb" for name in notebooks}))
    return HandedIn(notebooks, reading.beside, others, reading.left, moment, undated, reading.digest.hexdigest())


class _FolderReading:
    """Takes in what lies beside notebooks, as nbgrader would find it; `dated` is what a timestamp is taken for."""

    def __init__(self, patterns: Sequence[str], room: Room, dated: bytes, ours: Iterable[str]) -> None:
        self.patterns = patterns
        self.beside = BesideFiles(room.folder)
        self.notebooks: list[str] = []
        self.digest = hashlib.sha256()
        self._room = room
        self._dated = dated
        self._our_files = frozenset(ours)
        self._our_folders = {str(each) for path in self._our_files for each in PurePosixPath(path).parents}
        self._left: list[str] = []
        self._unnamed = 0
        self._entries = 0

    @property
    def left(self) -> tuple[str, ...]:
        """Why some files aren't copied."""
        return (*self._left, *([f"and {self._unnamed} more"] if self._unnamed else []))

    def walk(self, folder: OpenFolder, above: str = "", depth: int = 0) -> None:
        """Takes in what is in a folder, and in those in it; `above` is its path, with a slash."""
        files: list[str] = []
        folders: list[str] = []
        for entry in folder.entries():
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                what = f"{MAX_ENTRIES} files and folders are the limit beside a notebook"
                self._leave(above + entry.name, f"it isn't copied, nor is what follows in its folder: {what}")
                break
            is_folder = entry.is_dir(follow_symlinks=False) and above + entry.name != TIMESTAMP
            if not matches(entry.name, self.patterns):
                (folders if is_folder else files).append(entry.name)
            elif not above and not is_folder and is_notebook(entry.name):
                self.notebooks.append(entry.name)
        for name in sorted(files):
            self._take(folder, name, above + name)
        for name in sorted(folders):
            self._enter(folder, name, above + name, depth + 1)

    def note(self, name: str, content: bytes | str) -> None:
        """Takes a file into the digest, or why it can't be read."""
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        self.digest.update(repr((name, isinstance(content, bytes), len(data))).encode() + data)

    def _enter(self, folder: OpenFolder, name: str, path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._leave(path, f"it lies more than {MAX_DEPTH} deep")
            return
        if path in self._our_files:
            self._leave(path, f"{IN_THE_WAY} the assignment has a file")
            return
        try:
            with folder.folder(name, _label(path)) as inner:
                self.walk(inner, f"{path}/", depth)
        except SubmissionFileError as error:
            self._leave("", str(error))

    def _take(self, folder: OpenFolder, name: str, path: str) -> None:
        try:
            self.note(path, self.beside.add(path, self._pieces(folder, name, path)))
        except SubmissionFileError as error:
            self._leave("", str(error))
            self.note(path, str(error))

    def _pieces(self, folder: OpenFolder, name: str, path: str) -> Iterable[bytes]:
        """A file's bytes, piece by piece. Raises SubmissionFileError."""
        label = _label(path)
        if len(os.fsencode(path)) > MAX_PATH:
            raise SubmissionFileError(f"{label}: its path has more than {MAX_PATH} bytes.")
        if path == TIMESTAMP:
            return [self._dated]
        if path in self._our_folders:
            raise SubmissionFileError(f"{label}: {IN_THE_WAY} the assignment has a folder.")
        size, room = folder.size(name, label), self._room.sum - self.beside.size
        if room < size <= self._room.file:
            raise SubmissionFileError(
                f"{label}: it has {size} bytes, and what lies beside a notebook may have {self._room.sum} in all."
            )
        return folder.chunks(name, min(self._room.file, max(room, size)), label)

    def _leave(self, path: str, why: str) -> None:
        if len(self._left) < MAX_NAMED:
            self._left.append((f"{_label(path)}: {why}" if path else why).rstrip("."))
        else:
            self._unnamed += 1


def other_files(folder: Path, ignored: Sequence[str]) -> Iterator[str]:
    """The paths, with slashes, of all files in a folder of the instructor's but notebooks and `ignored` ones."""
    patterns = [*ignored, NOTEBOOK]
    for path, folders, names in os.walk(folder):
        if matches(os.path.basename(path), patterns):
            folders.clear()
            continue
        folders.sort()
        for name in sorted(names):
            if not matches(name, patterns):
                yield Path(path, name).relative_to(folder).as_posix()


def _dated(folder: OpenFolder) -> bytes | str | None:
    """What is in the timestamp, or why it can't be read; None where there is none."""
    try:
        return b"".join(folder.chunks(TIMESTAMP, MAX_TIMESTAMP))
    except MissingFile:
        return None
    except SubmissionFileError as error:
        return str(error).rstrip(".")


def _notebook(folder: OpenFolder, name: str) -> bytes | str | None:
    """A notebook, or why it can't be read; None where there is none."""
    try:
        return folder.read(name, LIMIT)
    except MissingFile:
        return None
    except UnopenedFile:
        raise
    except SubmissionFileError as error:
        return str(error)


def _label(path: str) -> str:
    """What a file beside a notebook is called in a message, which its name mustn't fill."""
    label = label_of(path)
    return label if len(label) <= MAX_LABEL else f"{label[:MAX_LABEL]}…"


def matches(name: str, patterns: Sequence[str]) -> bool:
    """As nbgrader's glob does, a pattern means a hidden name only if it begins with a dot itself."""
    return any(fnmatch(name, each) and (each.startswith(".") or not name.startswith(".")) for each in patterns)


def is_notebook(name: str) -> bool:
    """Whether nbgrader would take a file of that name for a notebook."""
    return matches(name, (NOTEBOOK,))
