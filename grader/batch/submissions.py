"""The submissions of a class: which folders they are, what they are called, and in which order they come."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader import catalog, quote

_NUMBER = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class Submission:
    """A folder of exercises. `name` is its path, fit to be shown, and no other submission's of the class."""

    name: str
    path: Path


def find(directories: Iterable[Path]) -> list[Submission]:
    """Each of the directories that has an exercise, and the folders in those that have none, in natural order.

    A directory with neither is a submission too. Who handed in the folder `exercises` has it taken instead of what is
    around it. Hidden folders are left out, and so is what lies behind a link. Raises OSError.
    """
    folders: dict[str, Path] = {}
    for directory in directories:
        for folder in _submissions(directory):
            folders.setdefault(os.path.realpath(folder), folder)
    taken: set[str] = set()
    return [Submission(_unique(path, taken), path) for path in sorted(folders.values(), key=_natural)]


def _submissions(directory: Path) -> Iterator[Path]:
    with os.scandir(directory) as entries:
        found = list(entries)
    folders = [
        directory / entry.name
        for entry in found
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith((".", "__pycache__"))
    ]
    yield from map(_innermost, folders) if folders and not _has_exercises(found) else [directory]


def _innermost(folder: Path) -> Path:
    with suppress(OSError), os.scandir(folder) as entries:
        found = list(entries)
        if not _has_exercises(found) and any(
            entry.name == "exercises" and entry.is_dir(follow_symlinks=False) for entry in found
        ):
            return folder / "exercises"
    return folder


def _has_exercises(entries: Iterable[os.DirEntry[str]]) -> bool:
    names = {f"{module}.py" for module in catalog.names().values()}
    return any(entry.name in names and entry.is_file(follow_symlinks=False) for entry in entries)


def _natural(path: Path) -> tuple[list[str | int], str]:
    """A key by which s9 comes before s10."""
    parts = _NUMBER.split(str(path))
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], str(path)


def _unique(path: Path, taken: set[str]) -> str:
    """The path as `pytest grader` shows it; where two look the same when they are shown, the later one is numbered."""
    shown = name = quote.line(str(path), columns=4096)
    number = 1
    while name in taken:
        number += 1
        name = f"{shown} ({number})"
    taken.add(name)
    return name
