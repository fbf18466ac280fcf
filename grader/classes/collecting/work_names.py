"""What a student's file is, by its name: an exercise, a notebook, or something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from grader import catalog
from grader.classes.collecting.platform_names import without_copy_mark

PACKED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
"""Endings of archives."""

_MOST_MARKS = 4
"""How often a file may have been copied."""


@cache
def exercise_files() -> frozenset[str]:
    """The names of all exercises' files."""
    return frozenset(f"{module}.py" for module in catalog.names().values())


def canonical(name: str, known: Iterable[str]) -> tuple[str, int] | None:
    """The one of the `known` names that a file's name was made from, and the number of its copy, -1 for none."""
    by_name = {each.casefold(): each for each in known}
    copy = -1
    for stem, ending, number in _unmarked(name):
        copy = max(copy, number)
        if (found := by_name.get(f"{stem}{ending}".casefold())) is not None:
            return found, copy
    return None


def is_work(name: str) -> bool:
    """Whether a file is an exercise's or a notebook, perhaps under a name that was changed a little."""
    return name.lower().endswith(".ipynb") or canonical(name, exercise_files()) is not None


def is_packed(name: str) -> bool:
    """Whether a file is an archive, by its name."""
    return name.lower().endswith(PACKED)


def may_be_work(name: str) -> bool:
    """Whether somebody's work may be in a file that is no exercise by its name: code, a notebook, or an archive."""
    return name.lower().endswith((".py", ".ipynb", *PACKED)) and name not in exercise_files()


def _unmarked(name: str) -> Iterator[tuple[str, str, int]]:
    """A name, its ending apart, as it is and without one mark of a copy after the other; and the mark's number."""
    stem, dot, ending = name.rpartition(".")
    stem, number = (stem if dot else ending).strip(), -1
    for _ in range(_MOST_MARKS):
        yield stem, f"{dot}{ending}" if dot else "", number
        shorter, number = without_copy_mark(stem)
        if shorter == stem:
            return
        stem = shorter.strip()
