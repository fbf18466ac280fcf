"""Every figure that the notes print, beside the exact one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.cases import examples
from grader.catalog.errata import ERRATA
from grader.exercise import Exercise, Value
from grader.reference.oracle import Reference, reference
from grader.text.numbers import at, number


@dataclass(frozen=True)
class Figure:
    """One printed number: where it stands, as it is printed, and the exact value at the exact inputs."""

    exercise: str
    source: str
    quantity: str
    printed: str
    exact: float

    @property
    def is_off(self) -> bool:
        """Whether the exact value, rounded to the printed digits, is another number."""
        decimals = len(self.printed.partition(".")[2])
        return abs(self.exact - float(self.printed)) > 0.5 * 10.0**-decimals * (1 + 1e-9)

    @property
    def erratum(self) -> str:
        """Why it is off, or ""."""
        return ERRATA.get((self.exercise, self.source, self.quantity), "")


def figures(exercise: Exercise) -> Iterator[Figure]:
    """The printed figures of an exercise's worked examples, in the order of the notes."""
    for example, case in zip(exercise.examples, examples(exercise), strict=True):
        for quantity, (printed, exact) in example.also.items():
            yield Figure(exercise.name, example.source, quantity, printed, exact)
        if not example.printed:
            continue
        said = reference(exercise, case)
        for name, text in example.printed.items():
            for (quantity, exact), printed in zip(
                _numbers(name, _exact(exercise, said, name)), text.split(), strict=True
            ):
                if printed != "_":
                    yield Figure(exercise.name, example.source, quantity, printed, exact)


def _exact(exercise: Exercise, said: Reference, name: str) -> Value:
    if name == exercise.out.name and exercise.is_pair:
        return said.out
    return said.nodes[name] if name in said.nodes else said.gradients[name]


def _numbers(name: str, value: Value) -> Iterator[tuple[str, float]]:
    """Every number of a value, in C order, with the name of its place: "dW[1, 0]"."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _numbers(f"{name}[{key!r}]", each)
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _numbers(f"{name}[{place}]", each)
    else:
        for index in np.ndindex(np.shape(value)):
            yield f"{name}{at(index)}", float(np.asarray(value)[index])


def row(figure: Figure) -> str:
    """A line of the table: exercise, source, quantity, printed, exact, and what is off."""
    off = f"  off: {figure.erratum}" if figure.is_off else ""
    exact = number(figure.exact) if "." in figure.printed else f"{figure.exact:.10g}"
    return f"{figure.exercise:<16} {figure.source:<34} {figure.quantity:<17} {figure.printed:>10} {exact:>14}{off}"
