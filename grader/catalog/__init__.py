"""What is taught: a folder for each chapter, and in it a spec for each exercise, `exNN_name.py`.

The number has any number of digits and says nothing of the chapter: it orders exercises, and seeds their cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path

from grader.exercise import Exercise

_SPEC = re.compile(r"ex([1-9]\d*)_([a-z0-9_]+)")


@cache
def _places() -> dict[str, tuple[str, int]]:
    """Each exercise's chapter and number by its name: chapters in the order of their lowest numbers, each by number."""
    files = ((path.parent.name, _SPEC.fullmatch(path.stem)) for path in Path(__file__).parent.glob("*/ex*.py"))
    found = sorted((int(match[1]), match[2], chapter) for chapter, match in files if match)
    lowest = {chapter: number for number, _, chapter in reversed(found)}
    return {name: (chapter, number) for number, name, chapter in sorted(found, key=lambda each: lowest[each[2]])}


@cache
def chapters() -> dict[str, tuple[str, ...]]:
    """The names of each chapter's exercises, in their order; imports none of them."""
    return {chapter: tuple(group) for chapter, group in groupby(_places(), lambda name: _places()[name][0])}


@cache
def names() -> dict[str, str]:
    """Every exercise's module name by its own name, chapter by chapter; imports none of them."""
    return {name: f"ex{number}_{name}" for name, (_, number) in _places().items()}


def numbers() -> dict[int, str]:
    """Every exercise's name by its number; imports none of them."""
    return {number: name for name, (_, number) in _places().items()}


@cache
def get(name: str) -> Exercise:
    """The exercise called `name`. Raises ValueError if there is none, with the name that was perhaps meant."""
    if name not in names():
        meant = similar(name)
        hint = f"did you mean {meant}?" if meant else "`grader list` shows them all"
        raise ValueError(f"there is no exercise {name!r}; {hint}")
    chapter, number = _places()[name]
    spec: Exercise = import_module(f"{__name__}.{chapter}.{names()[name]}").exercise
    return replace(spec, name=name, number=number, chapter=chapter)


def similar(name: str) -> str:
    """The exercise whose name is most like this one, or "" if none is."""
    return next(iter(get_close_matches(name, names(), 1)), "")


def every(wanted: Iterable[str] | None = None) -> Iterator[Exercise]:
    """The exercises called `wanted`, or all of them, chapter by chapter."""
    chosen = set(names() if wanted is None else wanted)
    return (get(name) for name in names() if name in chosen)
