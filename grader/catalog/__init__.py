"""What is taught: one module an exercise, found by its file's name `exNN_name.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path

from grader.exercise import Exercise

CHAPTERS = {1: "gates", 2: "neurons", 3: "layers", 4: "networks", 5: "deep", 6: "capstones"}
"""A chapter's name by the first digit of its exercises' numbers."""

_MODULE = re.compile(r"ex(\d\d)_([a-z0-9_]+)")


@cache
def names() -> dict[str, str]:
    """Every exercise's module name by its own name, in the order of their numbers; imports none of them."""
    stems = sorted(path.stem for path in Path(__file__).parent.glob("ex*.py"))
    return {match[2]: match[0] for stem in stems if (match := _MODULE.fullmatch(stem))}


@cache
def get(name: str) -> Exercise:
    """The exercise called `name`. Raises ValueError if there is none, with the name that was perhaps meant."""
    if name not in names():
        similar = get_close_matches(name, names(), 1)
        hint = f"did you mean {similar[0]}?" if similar else "`grader list` shows them all"
        raise ValueError(f"there is no exercise {name!r}; {hint}")
    module = names()[name]
    spec: Exercise = import_module(f"{__name__}.{module}").exercise
    return replace(spec, name=name, number=int(module[2:4]))


def every(wanted: Iterable[str] | None = None) -> Iterator[Exercise]:
    """The exercises called `wanted`, or all of them, in the order of their numbers."""
    chosen = set(names() if wanted is None else wanted)
    return (get(name) for name in names() if name in chosen)
