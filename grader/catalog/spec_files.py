"""Where specs are: the project's own beside this file, and those of outside catalogues; nothing here imports one.

An outside catalogue is a folder with `specs/CHAPTER/exNN_name.py`, `solutions/`, and what `grader sync DIR` makes of
them: `exercises/` with the stubs, and `indexes/`. The setting HANDGRAD_CATALOG names such folders; a package can bring
one, too, by an entry point of the group `handgrad.catalogs`, if its name begins with "handgrad-".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SETTING = "HANDGRAD_CATALOG"
"""The environment variable with the full paths of outside catalogues, separated as in PATH."""

GROUP = "handgrad.catalogs"

_SPEC = re.compile(r"ex([1-9]\d*)_([a-z0-9_]+)")
_PACKAGE = re.compile(r"handgrad[-_.](.+)\.(?:dist|egg)-info")


@dataclass(frozen=True)
class SpecFile:
    """The file of a spec, with what its name says; `home` is the folder of the outside catalogue that it is in."""

    path: Path
    number: int
    name: str
    home: Path | None = None

    @property
    def chapter(self) -> str:
        """The chapter that it belongs to."""
        return self.path.parent.name

    @property
    def module(self) -> str:
        """The name of the exercise's files without `.py`: `ex21_relu`."""
        return self.path.stem


def own_files() -> list[SpecFile]:
    """The project's own specs."""
    return list(_files_in(Path(__file__).parent))


def outside_files(home: Path) -> list[SpecFile]:
    """The specs of an outside catalogue."""
    return list(_files_in(home / "specs", home))


def _files_in(specs: Path, home: Path | None = None) -> Iterator[SpecFile]:
    for path in specs.glob("*/ex*.py"):
        if match := _SPEC.fullmatch(path.stem):
            yield SpecFile(path, int(match[1]), match[2], home)


def in_order(files: Iterable[SpecFile]) -> list[SpecFile]:
    """Specs chapter by chapter: chapters in the order of their lowest numbers, each by number."""
    found = sorted(files, key=lambda each: (each.number, each.name))
    lowest = {each.chapter: each.number for each in reversed(found)}
    return sorted(found, key=lambda each: lowest[each.chapter])


def setting() -> str:
    """What names the outside catalogues now: it may be set while the grader runs, by a course's configuration."""
    return os.environ.get(SETTING, "")


def use_catalogue(home: Path) -> None:
    """Adds an outside catalogue to the setting, for this process and those that it starts."""
    os.environ[SETTING] = os.pathsep.join(dict.fromkeys([str(home), *filter(None, setting().split(os.pathsep))]))


@cache
def outside_homes(named: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The outside catalogues: those that a setting names, and those of packages; and what is wrong with the others."""
    homes: list[Path] = []
    problems: list[str] = []
    for text in filter(None, named.split(os.pathsep)):
        path = Path(text)
        if problem := _problem(path):
            problems.append(f"{SETTING} names {text}, {problem}")
        else:
            homes.append(Path(os.path.normpath(path)))
    for brought in _of_packages():
        if isinstance(brought, str):
            problems.append(brought)
        else:
            homes.append(brought)
    return tuple(dict.fromkeys(homes)), tuple(problems)


def _problem(home: Path) -> str:
    """Why a folder is no outside catalogue, or ""."""
    if not home.is_absolute():
        return "which is no full path"
    if not os.path.isdir(home):
        return "and there is no such folder"
    return (
        "" if os.path.isdir(home / "specs") else "which has no folder specs/; grader new NAME --catalog DIR begins one"
    )


@cache
def _of_packages() -> tuple[Path | str, ...]:
    """The catalogues that installed packages bring, or what is wrong with one.

    To read the entry points of every package takes a tenth of a second: only the names of their folders are read.
    """
    names: list[str] = []
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages") and os.path.isdir(folder):
            found = (_PACKAGE.fullmatch(each) for each in os.listdir(folder))
            names += [match[0].partition("-")[0] for match in found if match and not _is_version(match[1])]
    return tuple(_brought(names)) if names else ()


def _is_version(text: str) -> bool:
    """Whether a folder is that of the grader itself: handgrad-0.1.0.dist-info."""
    return text[:1].isdigit()


def _brought(packages: Iterable[str]) -> Iterator[Path | str]:
    # They take longer to import than an exercise to judge.
    from importlib.metadata import distribution
    from importlib.util import find_spec

    for package in dict.fromkeys(packages):
        for point in distribution(package).entry_points.select(group=GROUP):
            said = f"the package {package} brings exercises in {point.module}"
            try:
                found = find_spec(point.module)
            except Exception as error:
                yield f"{said}, which can't be imported: {error}"
                continue
            places = list(found.submodule_search_locations or ()) if found else []
            if not places:
                yield f"{said}, which is no package"
            else:
                problem = _problem(Path(places[0]))
                yield f"{said}, {problem}" if problem else Path(places[0])
