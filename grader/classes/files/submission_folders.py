"""The submissions of a class: which folders they are, what they are called, and in which order they come."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import catalog

_NUMBER = re.compile(r"([0-9]+)")

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": r"\\"}


@dataclass(frozen=True)
class SubmissionFolder:
    """A folder of exercises; `closed` says why it can't be opened, if so."""

    path: Path
    closed: str = ""

    @property
    def name(self) -> str:
        """Its path as `path_text` gives it: no other submission's of the class."""
        return path_text(self.path)


@dataclass(frozen=True)
class ClassFolders:
    """The submissions of a class, in their order, and the folders that are left out, for they are links."""

    submissions: list[SubmissionFolder]
    links: list[Path]


def find(directories: Iterable[Path]) -> ClassFolders:
    """Each of the directories that has an exercise, and the folders in those that have none, in natural order.

    A directory with neither is a submission too. Who handed in the folder `exercises` has it taken instead of what is
    around it. Hidden folders are left out, and so is what lies behind a link. Raises OSError.
    """
    found: dict[str, SubmissionFolder] = {}
    links: set[Path] = set()
    for directory in directories:
        for each in _submissions(directory, links):
            found.setdefault(os.path.realpath(each.path), each)
    return ClassFolders(sorted(found.values(), key=lambda each: _natural(each.path)), sorted(links, key=_natural))


def _submissions(directory: Path, links: set[Path]) -> Iterator[SubmissionFolder]:
    with os.scandir(directory) as entries:
        found = [entry for entry in entries if not entry.name.startswith((".", "__pycache__"))]
    if _has_exercises(found):
        yield SubmissionFolder(directory)
        return
    links.update(directory / entry.name for entry in found if entry.is_symlink() and not os.path.isfile(entry.path))
    folders = [directory / entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
    yield from (_innermost(folder, links) for folder in folders) if folders else [SubmissionFolder(directory)]


def _innermost(folder: Path, links: set[Path]) -> SubmissionFolder:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        return SubmissionFolder(folder, f"its folder can't be opened: {error.strerror}")
    inner = next((entry for entry in found if entry.name == "exercises"), None)
    if inner is None or _has_exercises(found):
        return SubmissionFolder(folder)
    if inner.is_symlink():
        links.add(folder / inner.name)
    return SubmissionFolder(folder / inner.name if inner.is_dir(follow_symlinks=False) else folder)


def _has_exercises(entries: Iterable[os.DirEntry[str]]) -> bool:
    names = {f"{module}.py" for module in catalog.names().values()}
    return any(entry.name in names and entry.is_file(follow_symlinks=False) for entry in entries)


def _natural(path: Path) -> tuple[list[str | int], str]:
    """A key by which s9 comes before s10."""
    parts = _NUMBER.split(str(path))
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], str(path)


def path_text(path: Path) -> str:
    r"""A path as valid Unicode without control characters, from which it can be read back.

    What can't be shown stands as in a Python string: a line break as \n, a byte that is no UTF-8 as \xff, any other
    character that is no text as \u202e; and a backslash is doubled.
    """
    return "".join(map(_escaped, path.as_posix()))


def _escaped(each: str) -> str:
    if each in _ESCAPES:
        return _ESCAPES[each]
    if "\udc80" <= each <= "\udcff":
        return f"\\x{ord(each) - 0xDC00:02x}"
    if unicodedata.category(each)[0] == "C" or each in "\u2028\u2029":
        return f"\\u{ord(each):04x}" if ord(each) <= 0xFFFF else f"\\U{ord(each):08x}"
    return each
