"""A step as it is worked out: a formula, the same in numbers, of the whole array or of one element, and the result."""

from __future__ import annotations

import re

import numpy as np

from grader.exercise import Array
from grader.graph.diagram import Phase, Step
from grader.graph.terms import ATOM, Term, Text, figures
from grader.text.numbers import at

MOST_COLUMNS = 100
"""Longer arithmetic is shown for one element."""

_NO_ARITHMETIC = re.compile(r"(conv2d|conv2d_d[xw]|max_pool|max_pool_dx|softmax|log_softmax|var)\(")
"""What says no more in numbers than in symbols; one element says it."""

_FEW = 6


def work_out(phase: Phase, node: str, array: Array, formula: str, term: Term, place: int | None = None) -> Step:
    """One step; of a large array it works out the element in that place, or the first one that says something."""
    whole = figures(array).text
    if not array.size or (place is None and (term.is_opaque or term.numbers == whole)):
        return Step(phase, node, formula, "", short(array))
    first = int((array != 0).argmax()) if place is None else place
    index = tuple(int(each) for each in np.unravel_index(first, array.shape))
    if term.is_opaque or term.numbers == whole:
        one = figures(array[index]).text
        is_short = len(whole) <= MOST_COLUMNS
        return Step(phase, node, formula, "", whole if is_short else one, "" if is_short else at(index))
    with np.errstate(all="ignore"):
        element = term.at(index).numbers
    one = figures(array[index]).text
    if array.size == 1 and len(element) <= MOST_COLUMNS and "…" not in element:
        return Step(phase, node, formula, "" if element == one else element, one)
    if max(len(term.numbers), len(whole)) <= MOST_COLUMNS and not _NO_ARITHMETIC.search(term.numbers):
        return Step(phase, node, formula, term.numbers, whole, spread=str(array.shape) if term.spread else "")
    shown = "" if element == one or len(element) > MOST_COLUMNS else element
    return Step(phase, node, formula, shown, one, at(index))


def short(array: Array) -> str:
    """An array that is not computed before one's eyes: as it is, or how it begins, and its shape."""
    text = figures(array.ravel()[0] if array.size == 1 else array).text
    if len(text) <= MOST_COLUMNS:
        return text
    first = ", ".join(figures(each).text for each in array.ravel()[:_FEW])
    return f"{first}, … ({' × '.join(map(str, array.shape))})"


def opaque(text: str, value: Array) -> Term:
    """A value without arithmetic of its own: in numbers nothing is written."""

    def write(numbers: bool) -> Text:
        return Text("" if numbers else text, ATOM)

    return Term(value, write, lambda index: opaque("", value[index]), is_opaque=True)
