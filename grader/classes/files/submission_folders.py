"""The submissions of a class: which folders they are, what they are called, and in which order they come."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from grader.classes.collecting.platform_names import platform_of
from grader.classes.collecting.work_names import exercise_files, is_packed, may_be_work
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, opened, strangers_link

LINK = "it is a symbolic link, which is not followed"

HIDDEN = "its name begins with a dot"
"""Why a folder is left out."""

INNER = "exercises"
"""The folder which somebody may have handed in whole."""

MAX_NAMES = 1_000
"""How many names are looked at in a folder."""

MISNAMED = "no exercise is called so"
"""Why a file isn't judged."""

ADVICE = "run grader collect on it, and grade what that lays out"

UNNAMED = "has no exercise under its own name"

MOST_NAMES = 3
"""How many files are named that may be somebody's work."""

MOST_FOLDERS = 20
"""In how many of a submission's folders work is looked for."""

_NUMBER = re.compile(r"([0-9]+)")

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": r"\\"}


class UnpreparedError(Exception):
    """What is to be graded isn't laid out as a class; the message says what to do."""


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

    A directory with neither is a submission too, unless there is work in it under other names. Who handed in the folder
    `exercises` has it taken instead of what is around it. Left out are files under such names, hidden folders, and what
    lies behind a link, but for the directories themselves: one may be a link, or lie behind one, unless it is another
    user's. Raises UnpreparedError, and OSError.
    """
    found: dict[Path, SubmissionFolder] = {}
    left: dict[Path, str] = {}
    for directory in directories:
        if said := strangers_link(directory):
            left[directory] = f"it {said}"
            continue
        if is_packed(directory.name) and directory.is_file():
            raise UnpreparedError(f"{path_text(directory)} is an archive: {ADVICE}")
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
        left.update((directory.path / entry.name, MISNAMED) for entry in shown if may_be_work(entry.name))
        yield directory
        return
    links = (entry for entry in shown if entry.is_symlink() and not os.path.isfile(entry.path))
    left.update((directory.path / entry.name, LINK) for entry in links)
    folders = [directory.inner(entry.name) for entry in found if entry.is_dir(follow_symlinks=False)]
    left.update((each.path, HIDDEN) for each in folders if each.path.name.startswith(".") and _has_work(each))
    seen = [each for each in folders if not each.path.name.startswith(".")]
    if not seen:
        _require_prepared(directory.path, [entry.name for entry in shown])
    yield from (_innermost(each, left) for each in seen) if seen else [directory]


def _require_prepared(directory: Path, names: Sequence[str]) -> None:
    """Raises UnpreparedError for a folder without exercises, but with what a platform gives, or other work."""
    platforms = sorted({platform for name in names if (platform := platform_of(name))})
    work = _some(sorted(name for name in names if may_be_work(name)))
    if platforms or work:
        like = (
            f"looks like a {platforms[0]} download" if platforms else f"has no exercise under its own name, but {work}"
        )
        raise UnpreparedError(f"{path_text(directory)} {like}: {ADVICE}")


def _innermost(folder: SubmissionFolder, left: dict[Path, str]) -> SubmissionFolder:
    # Asked by name: a student's folder may hold a million files.
    try:
        with folder.opened() as opened:
            listing, inner = _Listing.of(opened), opened.mode(INNER)
            is_exercises = _has_exercise(opened)
            closed = "" if is_exercises or inner else _unprepared(opened, listing)
    except SubmissionFileError as error:
        return replace(folder, closed=str(error).rstrip("."))
    if closed:
        return replace(folder, closed=closed)
    left.update((folder.path / name, MISNAMED) for name in listing.work)
    if is_exercises or not inner:
        return folder
    if stat.S_ISLNK(inner):
        left[folder.path / INNER] = LINK
    return _within(folder.inner(INNER), left) if stat.S_ISDIR(inner) else folder


def _has_exercise(folder: OpenFolder) -> bool:
    return any(stat.S_ISREG(folder.mode(each)) for each in exercise_files())


def _within(folder: SubmissionFolder, left: dict[Path, str]) -> SubmissionFolder:
    """A folder `exercises`, of whose files it is noted which aren't judged."""
    with suppress(SubmissionFileError), folder.opened() as opened:
        left.update((folder.path / name, MISNAMED) for name in _Listing.of(opened).work)
    return folder


@dataclass(frozen=True)
class _Listing:
    """Of the first names in a submission's folder those of other work than exercises, and of folders."""

    work: list[str]
    folders: list[str]

    @classmethod
    def of(cls, folder: OpenFolder) -> _Listing:
        """What is in a folder. Raises SubmissionFileError."""
        made = cls([], [])
        for entry in islice(folder.entries(), MAX_NAMES):
            if may_be_work(entry.name):
                made.work.append(entry.name)
            elif len(made.folders) < MOST_FOLDERS and entry.is_dir(follow_symlinks=False):
                made.folders.append(entry.name)
        made.work.sort()
        return made


def _unprepared(folder: OpenFolder, listing: _Listing) -> str:
    """Why a folder without exercises can't be judged, for there is work in it under other names; or ""."""
    deeper = [f"{name}/" for name in listing.folders if not name.startswith(".") and _is_around_work(folder, name)]
    some = _some([*listing.work, *sorted(deeper)])
    return f"it {UNNAMED}, but {some}: grader collect lays that out" if some else ""


def _is_around_work(folder: OpenFolder, name: str) -> bool:
    try:
        with folder.folder(name) as inner:
            return bool(inner.mode(INNER)) or _has_exercise(inner)
    except SubmissionFileError:
        return False


def _some(names: Sequence[str]) -> str:
    more = [f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    return ", ".join([*(path_text(Path(name)) + "/" * name.endswith("/") for name in names[:MOST_NAMES]), *more])


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
    return any(entry.name in exercise_files() and entry.is_file(follow_symlinks=False) for entry in entries)


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
