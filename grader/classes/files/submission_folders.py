"""The submissions of a class: which folders they are, what they are called, and in which order they come."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

from grader import catalog
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, opened, strangers_link

LINK = "it is a symbolic link, which is not followed"

HIDDEN = "its name begins with a dot"
"""Why a folder is left out."""

INNER = "exercises"
"""The folder which somebody may have handed in whole."""

MAX_NAMES = 1_000
"""How many names are looked at in a hidden folder."""

_NUMBER = re.compile(r"([0-9]+)")

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": r"\\"}


@dataclass(frozen=True)
class SubmissionFolder:
    """A folder of exercises: the folders `names`, one in the other, in `base`, which is no student's.

    `path` is how it is called. `closed` says why it can't be opened, if so.
    """

    path: Path
    base: Path
    names: tuple[str, ...] = ()
    closed: str = ""

    @property
    def name(self) -> str:
        """Its path as `path_text` gives it: no other submission's of the class."""
        return path_text(self.path)

    def opened(self) -> AbstractContextManager[OpenFolder]:
        """It, held open; none of the folders may have become a link. Raises SubmissionFileError."""
        return opened(self.base, *self.names)

    def inner(self, name: str, closed: str = "") -> SubmissionFolder:
        """A folder in it."""
        return SubmissionFolder(self.path / name, self.base, (*self.names, name), closed)


@dataclass(frozen=True)
class ClassFolders:
    """The submissions of a class, in their order, and the folders that are left out, with the reason."""

    submissions: list[SubmissionFolder]
    left: dict[Path, str]


def find(directories: Iterable[Path]) -> ClassFolders:
    """Each of the directories that has an exercise, and the folders in those that have none, in natural order.

    A directory with neither is a submission too. Who handed in the folder `exercises` has it taken instead of what is
    around it. Left out are hidden folders, and what lies behind a link, but for the directories themselves: one may be
    a link, or lie behind one, unless it is another user's. Raises OSError.
    """
    found: dict[Path, SubmissionFolder] = {}
    left: dict[Path, str] = {}
    for directory in directories:
        if said := strangers_link(directory):
            left[directory] = f"it {said}"
            continue
        # What is below it isn't resolved: that might have become a link to somebody else's submission.
        for each in _submissions(SubmissionFolder(directory, Path(os.path.realpath(directory))), left):
            found.setdefault(each.base.joinpath(*each.names), each)
    submissions = sorted(found.values(), key=lambda each: _natural(each.path))
    return ClassFolders(submissions, {path: left[path] for path in sorted(left, key=_natural)})


def _submissions(directory: SubmissionFolder, left: dict[Path, str]) -> Iterator[SubmissionFolder]:
    with os.scandir(directory.path) as entries:
        found = [entry for entry in entries if entry.name != "__pycache__"]
    shown = [entry for entry in found if not entry.name.startswith(".")]
    if _exercises(shown):
        yield directory
        return
    links = (entry for entry in shown if entry.is_symlink() and not os.path.isfile(entry.path))
    left.update((directory.path / entry.name, LINK) for entry in links)
    folders = [directory.inner(entry.name) for entry in found if entry.is_dir(follow_symlinks=False)]
    left.update((each.path, HIDDEN) for each in folders if each.path.name.startswith(".") and _has_work(each))
    seen = [each for each in folders if not each.path.name.startswith(".")]
    yield from (_innermost(each, left) for each in seen) if seen else [directory]


def _innermost(folder: SubmissionFolder, left: dict[Path, str]) -> SubmissionFolder:
    # Asked by name: a student's folder may hold a million files.
    try:
        with folder.opened() as opened:
            inner = opened.mode(INNER)
            if not inner or any(stat.S_ISREG(opened.mode(each)) for each in _files()):
                return folder
    except SubmissionFileError as error:
        return replace(folder, closed=str(error).rstrip("."))
    if stat.S_ISLNK(inner):
        left[folder.path / INNER] = LINK
    return folder.inner(INNER) if stat.S_ISDIR(inner) else folder


def _has_work(hidden: SubmissionFolder) -> bool:
    """Whether there may be somebody's work in a hidden folder, and not only what a program keeps there."""
    try:
        with hidden.opened() as opened:
            names = [entry.name for entry in islice(opened.entries(), MAX_NAMES)]
    except SubmissionFileError:
        return True
    return len(names) == MAX_NAMES or any(name.endswith(".py") or name == INNER for name in names)


def _exercises(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Whether there is an exercise among the entries."""
    return any(entry.name in _files() and entry.is_file(follow_symlinks=False) for entry in entries)


@cache
def _files() -> frozenset[str]:
    return frozenset(f"{module}.py" for module in catalog.names().values())


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
