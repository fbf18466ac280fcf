"""Formulas grown from below: what small formulas of an exercise's values give an answer, near a right one or not.

Only for gradients that are made element by element, or numbers: each of their elements comes from the elements in the
same place of values with the same shape, and from numbers. Values, then one function of each, then two of these
together; an answer is looked up as one of them, and as two together: they meet in the middle.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.exercise import Array
from grader.formula.near import weights

MOST_VALUES = 20
"""With more values there would be too many pairs to be made while somebody waits."""

ELEMENTS = 24
"""So many elements are looked at: no two formulas share so many numbers by accident."""

_EQUAL = 1e-8

_OF_ONE = ("{0}", "-{0}", "(1 - {0})", "(1 + {0})", "{0} ** 2", "1 / {0}", "abs({0})", "sign({0})", "exp({0})")


@dataclass(frozen=True)
class _Grown:
    """Formulas, and what each gives: a row for each formula, a column for each element."""

    texts: list[str]
    rows: Array

    def matches(self, wanted: Array) -> Iterator[tuple[int, int]]:
        """Which row of `wanted` is which of these, as pairs of places."""
        of_each = weights(self.rows.shape[1])
        mine, theirs = self.rows @ of_each, wanted @ of_each
        order = np.argsort(mine)
        width = _EQUAL * (1 + np.abs(theirs))
        first = np.searchsorted(mine[order], theirs - width)
        last = np.searchsorted(mine[order], theirs + width)
        for row in np.flatnonzero(last > first):
            for place in order[first[row] : last[row]]:
                if _are_equal(self.rows[place], wanted[row]):
                    yield int(row), int(place)


def grown(values: Sequence[Mapping[str, Any]], answers: Sequence[Array]) -> Iterator[str]:
    """Formulas of `values`, by case, that give the answers to these cases, the shorter ones first."""
    columns = _columns(values, answers)
    if not columns or len(columns) > MOST_VALUES:
        return
    answer = np.concatenate([np.ravel(each).astype(np.float64) for each in answers])
    chosen = np.linspace(0, answer.size - 1, min(ELEMENTS, answer.size)).astype(int)
    answer = answer[chosen]
    if not np.isfinite(answer).all() or not answer.any():
        return
    with np.errstate(all="ignore"):
        one = _of_one({name: each[chosen] for name, each in columns.items()})
        two = _of_two(one)
        found = {one.texts[place] for _, place in one.matches(answer[None])}
        found |= {two.texts[place] for _, place in two.matches(answer[None])}
        # answer = one ∘ two, so two is the answer with the one taken off again.
        for operator, taken in (("*", answer / one.rows), ("+", answer - one.rows), ("/", answer * one.rows)):
            clean = np.isfinite(taken).all(axis=1)
            kept = np.flatnonzero(clean)
            for row, place in two.matches(taken[clean]):
                left, right = two.texts[place], one.texts[kept[row]]
                found.add(f"({left}) {operator} ({right})")
    yield from sorted(map(_plain, found), key=lambda text: (len(text), text))


def _columns(values: Sequence[Mapping[str, Any]], answers: Sequence[Array]) -> dict[str, Array]:
    """The values that have the answer's shape in every case, or are one number, each in a row of all its elements."""
    columns: dict[str, Array] = {}
    for name in values[0]:
        rows = []
        for each, answer in zip(values, answers, strict=True):
            value = each.get(name)
            if not isinstance(value, np.ndarray | float | int) or np.shape(value) not in ((), np.shape(answer)):
                break
            rows.append(np.broadcast_to(np.asarray(value, dtype=np.float64), np.shape(answer)).ravel())
        else:
            columns[name] = np.concatenate(rows)
    return columns


def _of_one(columns: Mapping[str, Array]) -> _Grown:
    texts, rows = [], []
    for name, column in columns.items():
        of_name = (column, -column, 1 - column, 1 + column, column**2, 1 / column, abs(column), np.sign(column))
        for text, row in zip(_OF_ONE, (*of_name, np.exp(column)), strict=True):
            # Where dout is 0, nobody's gradient is infinite.
            if np.isfinite(row).all() and (text, name) != ("1 / {0}", "dout"):
                texts.append(text.format(name))
                rows.append(row)
    return _Grown([*texts, "2", "0.5"], np.array([*rows, np.full_like(rows[0], 2), np.full_like(rows[0], 0.5)]))


def _of_two(one: _Grown) -> _Grown:
    first, second = np.triu_indices(len(one.texts))
    left, right = one.rows[first], one.rows[second]
    rows = np.concatenate([left * right, left + right])
    pairs = [*zip(first, second, strict=True)]
    texts = [f"{one.texts[a]} {operator} {one.texts[b]}" for operator in "*+" for a, b in pairs]
    clean = np.isfinite(rows).all(axis=1)
    return _Grown([text for text, is_clean in zip(texts, clean, strict=True) if is_clean], rows[clean])


def _plain(text: str) -> str:
    """A formula without the brackets that it doesn't need."""
    return ast.unparse(ast.parse(text, mode="eval"))


def _are_equal(one: Array, other: Array) -> bool:
    return bool(np.allclose(one, other, rtol=_EQUAL, atol=_EQUAL))
