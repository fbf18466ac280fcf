"""Which of pytest's arguments mean exercises: `grader`, a folder of exercises, or a file in one, and `::` with names.

Loaded in every pytest run of its environment: it imports next to nothing, and looks only where the arguments point.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent
ITEMS = PACKAGE / "desk" / "pytest_items.py"
"""The file of our items. A path that exists: without one, pytest would load the conftest.py files in and below the
working directory."""

OWN = "exercises"
"""The student's own folder, seen from the one above it."""

_NUMBERED = re.compile(r"ex[1-9]\d*_([a-z0-9_]+)\.py")


@dataclass(frozen=True)
class Meant:
    """What an argument means: the exercises in a `folder`, all or those with these `names` ("relu::dx random").

    `folder` is None where none is named. `stays` says whether the argument means ordinary tests, too.
    """

    folder: Path | None
    names: str = ""
    stays: bool = False


def meant(argument: str, patterns: Iterable[str] = ()) -> Meant | None:
    """What an argument means, if it means exercises; `patterns` are those of the names of ordinary test files."""
    text, _, names = argument.partition("::")
    path = Path(text)
    if path == Path("grader") or path.resolve() in (PACKAGE, ITEMS):
        return Meant(None, names)
    if is_exercise(path.name) and os.path.isdir(path.parent):
        name = _name(path.name)
        return Meant(path.parent, "::".join([name, *(each for each in names.split("::") if each not in ("", name))]))
    if files := _files(path):
        has_tests = any(fnmatch(file, pattern) for file in files for pattern in patterns)
        return Meant(path, names, stays=has_tests and is_own(_short(path)))
    if _files(path / OWN):
        # There may be tests of the student's besides; those of a checkout are the project's, and asked for by name.
        # Of a folder elsewhere, which may be anybody's, no other code runs.
        real = path.resolve()
        stays = real != PACKAGE.parent and Path.cwd().resolve().is_relative_to(real)
        return Meant(None if _short(path) == "." else path / OWN, names, stays)
    return None


def meant_by_nobody(argument: str, patterns: Iterable[str], given: str | None) -> Meant | None:
    """What an argument means that nobody typed: the exercises in any case where a submission is `given`."""
    if given is not None:
        return Meant(None)
    found = meant(argument, patterns)
    return replace(found, folder=None) if found else None


def rewritten(arguments: Mapping[str, Meant | None], node_ids: Callable[[str], Iterable[str]]) -> list[str]:
    """The arguments that pytest shall get: `node_ids` of those names that are ours, and the others as they are."""
    given = dict[str, None]()
    for argument, found in arguments.items():
        if found is None or found.stays:
            given[argument] = None
        if found is not None:
            given.update(dict.fromkeys(node_ids(found.names)))
    return list(given)


def submission(given: str | None, arguments: Iterable[Meant | None]) -> str:
    """The folder to judge: the one that is given, or that the arguments are in, or the user's own.

    Raises UsageError if they name several.
    """
    named = {each.folder.resolve(): each.folder for each in arguments if each and each.folder}
    if given is not None:
        named[Path(given).resolve()] = Path(given)
    if len(named) > 1:
        several = " and ".join(map(str, named.values()))
        raise pytest.UsageError(f"these are exercises of different folders: {several}; judge one after the other")
    if given is not None:
        return given
    if named:
        return _short(*named.values())
    return "." if not os.path.isdir(OWN) and _files(Path()) else OWN


def is_own(folder: str, given: str | None = None) -> bool:
    """Whether a folder is the user's own `exercises/`, seen from above it or, unless it is `given`, from inside."""
    return Path(folder) == Path(OWN) or (given is None and Path(folder) == Path())


def is_exercise(file: str) -> bool:
    """Whether there is an exercise whose file has this name."""
    return bool(_NUMBERED.fullmatch(file)) and (file in _own() or file in _outside())


@cache
def _own() -> frozenset[str]:
    """The names of the project's own exercises' files, without importing what they teach."""
    return frozenset(path.name for path in PACKAGE.glob("catalog/*/ex*.py"))


@cache
def _outside() -> frozenset[str]:
    """The same of those from outside."""
    # Few runs see such a file.
    from grader.catalog.spec_files import outside_files, outside_homes, setting

    return frozenset(file.path.name for home in outside_homes(setting())[0] for file in outside_files(home))


def _name(file: str) -> str:
    match = _NUMBERED.fullmatch(file)
    return match[1] if match else ""


def _files(folder: Path) -> Sequence[str]:
    """What is in a folder, if an exercise is."""
    try:
        files = os.listdir(folder)
    except (OSError, ValueError):
        return []
    return files if any(map(is_exercise, files)) else []


def _short(folder: Path) -> str:
    """A folder as it is called from here."""
    real, here = folder.resolve(), Path.cwd().resolve()
    return str(real.relative_to(here)) if real.is_relative_to(here) else str(folder)
