"""What is taught: a folder for each chapter, and in it a spec for each exercise, `exNN_name.py`.

The number has any number of digits and says nothing of the chapter: it orders exercises, and seeds their cases.
Exercises may come from outside, too: see `spec_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from grader.catalog.spec_files import SETTING, SpecFile, in_order, outside_homes, own_files, setting

if TYPE_CHECKING:
    from grader.catalog.outside import Outside
    from grader.exercise import Exercise


@cache
def _own() -> dict[str, SpecFile]:
    return {each.name: each for each in in_order(own_files())}


@cache
def _every(named: str) -> dict[str, SpecFile]:
    if not (there := _outside(named)) or not there.files:
        return _own()
    return {each.name: each for each in in_order([*_own().values(), *there.files.values()])}


def _outside(named: str) -> Outside | None:
    """What comes from outside, or None where nothing does."""
    if not any(outside_homes(named)):
        return None
    from grader.catalog.outside import outside

    return outside(named)


def chapters() -> dict[str, tuple[str, ...]]:
    """The names of each chapter's exercises, in their order; imports none of the project's own."""
    return _chapters(setting())


@cache
def _chapters(named: str) -> dict[str, tuple[str, ...]]:
    return _by_chapter(_every(named))


def _by_chapter(files: dict[str, SpecFile]) -> dict[str, tuple[str, ...]]:
    return {chapter: tuple(group) for chapter, group in groupby(files, lambda name: files[name].chapter)}


def own_names() -> tuple[str, ...]:
    """The names of the project's own exercises."""
    return tuple(_own())


def own_chapters() -> dict[str, tuple[str, ...]]:
    """The names of the project's own exercises, by chapter."""
    return _by_chapter(_own())


def names() -> dict[str, str]:
    """Every exercise's module name by its own name, chapter by chapter; imports none of the project's own."""
    return _names(setting())


@cache
def _names(named: str) -> dict[str, str]:
    return {name: each.module for name, each in _every(named).items()}


def numbers() -> dict[int, str]:
    """Every exercise's name by its number; of several with one number the project's own."""
    return {each.number: name for name, each in [*_every(setting()).items(), *_own().items()]}


def problems() -> tuple[str, ...]:
    """What is left out of outside catalogues, and why: sentences without their full stops."""
    there = _outside(setting())
    return there.problems if there else ()


def advice() -> str:
    """What to do where an exercise is missing that might be one of one's own: the end of a sentence."""
    return "" if setting() else f"; exercises of your own are in a folder that {SETTING} names"


def spec_file(name: str) -> SpecFile:
    """Where the spec of the exercise called `name` is. Raises ValueError, as `get` does."""
    # Nobody waits for what is outside who asks for an exercise that isn't.
    if found := _own().get(name) or _every(setting()).get(name):
        return found
    there = _outside(setting())
    if there and name in there.broken:
        raise ValueError(f"the exercise {name} can't be used: {there.broken[name]}")
    meant = similar(name)
    hint = f"did you mean {meant}?" if meant else "`grader list` shows them all"
    raise ValueError(f"there is no exercise {name!r}; {hint}")


def home(name: str) -> Path | None:
    """The folder of the outside catalogue that has the exercise called `name`, or None."""
    found = _own().get(name) or _every(setting()).get(name)
    return found.home if found else None


def get(name: str) -> Exercise:
    """The exercise called `name`.

    Raises ValueError if there is none, with the name that was perhaps meant, or if its spec is broken.
    """
    return _get(name) if name in _own() else _from_outside(name)


@cache
def _get(name: str) -> Exercise:
    file = _own()[name]
    spec: Exercise = import_module(f"{__name__}.{file.chapter}.{file.module}").exercise
    return replace(spec, name=name, number=file.number, chapter=file.chapter, spec=file.path)


def _from_outside(name: str) -> Exercise:
    spec_file(name)
    there = _outside(setting())
    assert there is not None
    return there.exercises[name]


def similar(name: str) -> str:
    """The exercise whose name is most like this one, or "" if none is."""
    # It takes longer to import than this module.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names(), 1)), "")


def every(wanted: Iterable[str] | None = None) -> Iterator[Exercise]:
    """The exercises called `wanted`, or all of them, chapter by chapter."""
    if wanted is not None and (chosen := set(wanted)) <= set(_own()):
        return (get(name) for name in _own() if name in chosen)
    chosen = set(names()) if wanted is None else set(wanted)
    return (get(name) for name in names() if name in chosen)
