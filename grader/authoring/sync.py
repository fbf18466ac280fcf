"""Generated files kept in step with what they are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from grader import catalog
from grader.authoring.stub import is_untouched, stub
from grader.exercise import Exercise

State: TypeAlias = Literal["current", "stale", "missing", "edited"]

PACKAGED = Path(__file__).parent.parent / "stubs"
"""Where an installed package keeps the stubs, beside no solutions."""


@dataclass(frozen=True)
class Generated:
    """A generated file: where it belongs, its right text, and how the file there stands to it."""

    path: Path
    text: str
    state: State


def pristine(exercise: Exercise, root: Path) -> str:
    """The stub of an exercise as it should be, from the solution under `root`, or from the installed package.

    Raises FileNotFoundError where there is neither.
    """
    solution = root / "solutions" / f"{exercise.module}.py"
    packaged = PACKAGED / f"{exercise.module}.py"
    if solution.exists():
        return stub(exercise, solution.read_text(encoding="utf-8"))
    return packaged.read_text(encoding="utf-8")


def generated(root: Path, exercises: Iterable[Exercise] | None = None) -> Iterator[Generated]:
    """Every generated file under `root`, as it should be and as it is."""
    for exercise in catalog.every() if exercises is None else exercises:
        path = root / "exercises" / f"{exercise.module}.py"
        text = pristine(exercise, root)
        yield Generated(path, text, _state(path, text))


def _state(path: Path, text: str) -> State:
    if not path.exists():
        return "missing"
    found = path.read_bytes().decode("utf-8", "replace")
    if found == text:
        return "current"
    return "stale" if is_untouched(found) else "edited"


def write(path: Path, text: str) -> None:
    """Writes a generated file: UTF-8, and line feeds on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def back_up(path: Path) -> Path:
    """Moves a file aside, to the first free of `NAME.bak`, `NAME.bak2`, …, and returns where to."""
    number = 1
    while (kept := path.with_name(f"{path.name}.bak{number if number > 1 else ''}")).exists():
        number += 1
    path.rename(kept)
    return kept
