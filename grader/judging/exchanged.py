"""Whether a wrong gradient is what comes out where `dout` and another value change places, as swapped arguments do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.exercise.quiet import quiet
from grader.exercise.textbook import RAISED, Textbook
from grader.judging.comparison import agrees
from grader.judging.probes import Pair
from grader.results import Diagnosis
from grader.text.language import say


def exchanged(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    """The diagnosis of a gradient that in every case is the textbook's with `dout` in another value's place.

    It tells of the numbers alone: they come out so, however the code is written. Of several gradients each has several
    such values, as in a product, and none is more likely than the other.
    """
    if not exercise.is_pair or exercise.network or len(exercise.gradients) > 1 or not pairs:
        return None
    for book in exercise.books:
        right = [_values(exercise, book, pair) for pair in pairs]
        for other in _others(book, right):
            if all(_is_exchanged(book, other, name, *each) for each in zip(right, pairs, strict=True)):
                backward = exercise.functions[-1]
                return Diagnosis(
                    "exchanged-with-dout",
                    name,
                    say("{name} is what comes out where dout and {other} change places.", name=name, other=other),
                    say("{backward} gets dout first, and what the forward kept second.", backward=backward),
                )
    return None


def _values(exercise: Exercise, book: Textbook, pair: Pair) -> dict[str, Any]:
    with quiet():
        try:
            return book.run(exercise.named(*pair.seen.case.arguments))
        except RAISED:
            return {}


def _others(book: Textbook, right: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The values of the forward that have a name, and the shape of `dout` in every case."""
    for name in right[0]:
        is_said = name != "dout" and not name.startswith("_") and name not in book.backward
        if is_said and all(name in each and _is_like(each[name], each["dout"]) for each in right):
            yield name


def _is_like(one: Any, other: Any) -> bool:
    return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape


def _is_exchanged(book: Textbook, other: str, name: str, right: dict[str, Any], pair: Pair) -> bool:
    made = {**right, "dout": right[other], other: right["dout"]}
    with quiet():
        try:
            for line in book.lines:
                if line.target in book.backward:
                    made[line.target] = eval(line.code, book.words, made)
        except RAISED:
            return False
    return agrees(pair.got, made[name], pair.within)
