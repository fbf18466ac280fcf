"""Whose each file of an archive is, by the names that the platform gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.classes.collecting.archives import is_archive
from grader.classes.collecting.gradescope_export import METADATA, Submitted
from grader.classes.collecting.platform_names import (
    Person,
    PlatformName,
    canvas_name,
    is_leftover,
    moodle_name,
    platform_of,
)
from grader.classes.collecting.work_names import is_work

LEFTOVER = "a system or a program has left it"


@dataclass(frozen=True)
class Owned:
    """A file of a student's, or of several who handed in together: its path among theirs, and which is newer.

    `moment` says when it was handed in, or "".
    """

    people: tuple[Person, ...]
    parts: tuple[str, ...]
    order: int = 0
    late: bool = False
    moment: str = ""


class Owners:
    """Says of the paths in an archive whose they are.

    `title` is its name, and `submitted` what Gradescope says. In a `folder` each folder is a student's, also a single
    one; in an archive that may be what the student has packed.
    """

    def __init__(
        self, paths: Sequence[tuple[str, ...]], title: str, submitted: Mapping[str, Submitted], folder: bool
    ) -> None:
        self._folder = folder
        self._submitted = submitted
        self._title = title
        seen = [path for path in paths if not is_leftover(path)]
        self._skipped = self._wrapper(seen)
        inner = [path[self._skipped :] for path in seen]
        self.platform = next((each for path in inner if (each := self._platform(path[0]))), "")
        # Of one student alone, whose name is the archive's.
        self._is_ones = not self.platform and self._is_one_students(inner)

    def of(self, path: tuple[str, ...]) -> Owned | str:
        """Whose a file is, or why that can't be told."""
        if is_leftover(path):
            return LEFTOVER
        if self._submitted and path[self._skipped :] == (METADATA,):
            return "Gradescope's list of who has handed in"
        inner = path[self._skipped :]
        if inner[0] in self._submitted:
            known = self._submitted[inner[0]]
            return Owned(known.people, inner[1:] or inner, known.order, moment=known.moment)
        if found := moodle_name(inner[0]) or (canvas_name(inner[0]) if len(inner) == 1 else None):
            return _owned(found, inner[1:])
        if self.platform:
            return f"its name isn't one that {self.platform} gives: whose is it?"
        if self._is_ones:
            return Owned((Person("", self._title),), inner)
        if len(inner) > 1:
            return Owned((Person("", inner[0]),), inner[1:])
        return Owned((Person("", _stem(inner[0])),), inner) if is_archive(inner[0]) else "it is in no student's folder"

    def _platform(self, name: str) -> str:
        return "Gradescope" if name in self._submitted else platform_of(name)

    def _wrapper(self, paths: Sequence[tuple[str, ...]]) -> int:
        """How many folders stand around everything, and mean nothing."""
        depth = 0
        while paths and all(len(path) > depth + 1 and path[depth] == paths[0][depth] for path in paths):
            below = {path[depth + 1] for path in paths if len(path) > depth + 2}
            archives = {path[depth + 1] for path in paths if len(path) == depth + 2 and is_archive(path[depth + 1])}
            named = any(self._platform(path[depth + 1]) for path in paths)
            several = len(archives) > 1 or (len(below) > 1 and "exercises" not in below)
            if self._platform(paths[0][depth]) or not (named or several):
                break
            depth += 1
        return depth

    def _is_one_students(self, paths: Sequence[tuple[str, ...]]) -> bool:
        tops = {path[0] for path in paths}
        folders = {path[0] for path in paths if len(path) > 1}
        packed = not self._folder and len(tops) == len(folders) == 1
        return packed or "exercises" in tops or any(map(is_work, tops - folders))


def _owned(found: PlatformName, below: tuple[str, ...]) -> Owned:
    return Owned((found.person,), (*([found.file] if found.file else []), *below) or ("?",), found.order, found.late)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
