"""Terms: arithmetic on arrays that can be written in symbols, in numbers, and for a single element.

A term is built with Python's operators; what it computes comes along as a NumPy array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from grader.exercise import Array
from grader.text.numbers import at, figure, figure_beside, nested, power

Index: TypeAlias = tuple[int, ...]

SUM, SIGN, MATMUL, QUOTIENT, PRODUCT, POWER, ATOM = range(7)
"""How tightly the outermost operation of a text binds."""

_SHORT = 2
"""A longer name before a bracket would look like a function."""

_LINE = 40
"""So many numbers fill a line in any case."""

MOST_SUMMANDS = 8
"""A longer sum is written with "…"."""


class Text(NamedTuple):
    """A written term, and how tightly it binds."""

    text: str
    rank: int

    def first(self, rank: int) -> str:
        """As the left operand of an operation that binds so tightly: −a · b needs no brackets."""
        return self.text if self.rank >= rank or (self.rank == SIGN and rank <= PRODUCT) else f"({self.text})"

    def later(self, rank: int) -> str:
        """As a right operand: two signs never meet."""
        return self.text if self.rank >= rank and not self.text.startswith("−") else f"({self.text})"


@dataclass(frozen=True, eq=False)
class Term:
    """A value with its writing: `write(False)` in symbols, `write(True)` in numbers; `at(index)` is one element.

    `by` is what it is as a plain number, None for anything else; with `spread` it is written as fewer numbers, which
    are repeated to its shape.
    """

    value: Array
    write: Callable[[bool], Text]
    at: Callable[[Index], Term]
    by: float | None = None
    is_opaque: bool = False
    spread: bool = False

    @property
    def symbols(self) -> str:
        return self.write(False).text

    @property
    def numbers(self) -> str:
        return self.write(True).text

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(np.shape(self.value))

    def __add__(self, other: Term) -> Term:
        def write(numbers: bool) -> Text:
            left, right = _told_apart(self, other, numbers, -1)
            if right.text.startswith("−") and right.rank > SUM:
                return Text(f"{left.first(SUM)} − {right.text[1:]}", SUM)
            return Text(f"{left.first(SUM)} + {right.later(SUM)}", SUM)

        return _pairwise(self, other, self.value + other.value, write, Term.__add__)

    def __sub__(self, other: Term) -> Term:
        if other.by == 0:
            return self
        if self.by is not None and other.by is not None:
            return number(self.by - other.by)

        def write(numbers: bool) -> Text:
            left, right = _told_apart(self, other, numbers)
            return Text(f"{left.first(SUM)} − {right.later(MATMUL)}", SUM)

        return _pairwise(self, other, self.value - other.value, write, Term.__sub__)

    def __mul__(self, other: Term) -> Term:
        if 1 in (self.by, other.by):
            return self if other.by == 1 else other
        if other.by == -1:
            return -self

        def write(numbers: bool) -> Text:
            left, right = self.write(numbers), other.write(numbers)
            # a(1 − a) and 2u, as on paper; an upstream gradient keeps its dot, see `flow`.
            bracket = right.rank < MATMUL and left.rank == ATOM and len(left.text) <= _SHORT
            multiple = self.by is not None and right.text.isidentifier()
            sign = "" if not numbers and (bracket or multiple) else " · "
            return Text(f"{left.first(PRODUCT)}{sign}{right.later(PRODUCT)}", PRODUCT)

        return _pairwise(self, other, self.value * other.value, write, Term.__mul__)

    def __truediv__(self, other: Term) -> Term:
        if other.by == 1:
            return self

        def write(numbers: bool) -> Text:
            over = self.write(numbers).first(QUOTIENT)
            rank = PRODUCT if over.startswith("(") else QUOTIENT
            return Text(f"{over} / {other.write(numbers).later(POWER)}", rank)

        return _pairwise(self, other, self.value / other.value, write, Term.__truediv__)

    def __matmul__(self, other: Term) -> Term:
        def element(index: Index) -> Term:
            row = index[: self.value.ndim - 1]
            column = index[self.value.ndim - 1 :]
            return total([self.at((*row, k)) * other.at((k, *column)) for k in range(self.shape[-1])])

        def write(numbers: bool) -> Text:
            return Text(f"{self.write(numbers).first(MATMUL)} @ {other.write(numbers).later(POWER)}", MATMUL)

        return Term(self.value @ other.value, write, element)

    def __neg__(self) -> Term:
        if self.by is not None:
            return number(-self.by)

        def write(numbers: bool) -> Text:
            text = self.write(numbers)
            return Text(f"−{text.later(MATMUL)}", text.rank if text.rank in (QUOTIENT, PRODUCT) else SIGN)

        return Term(-self.value, write, lambda index: -self.at(index), spread=self.spread)

    def __pow__(self, exponent: Term) -> Term:
        by = exponent.by
        if by == 1:
            return self

        def write(numbers: bool) -> Text:
            base = self.write(numbers).later(ATOM)
            if by is None:
                return Text(f"{base}^{exponent.write(numbers).later(ATOM)}", POWER)
            return Text(base + power(by), POWER)

        return _pairwise(self, exponent, self.value**exponent.value, write, Term.__pow__)

    @property
    def T(self) -> Term:
        def write(numbers: bool) -> Text:
            text = self.write(numbers).later(ATOM)
            return Text(text[:-1] if text.endswith("ᵀ") else f"{text}ᵀ", ATOM)

        return Term(self.value.T, write, lambda index: self.at(index[::-1]))


def leaf(text: str, value: Array, rank: int = ATOM) -> Term:
    """A value with a text of its own; in numbers it is written as what it is."""

    def write(numbers: bool) -> Text:
        return figures(value) if numbers else Text(text, rank)

    def element(index: Index) -> Term:
        return leaf((text if rank == ATOM else f"({text})") + at(index), np.asarray(value[index]))

    return Term(np.asarray(value), write, element)


def figures(value: Array) -> Text:
    """An array in numbers, as nested lists; one that is too long for a line is cut off beyond its end."""
    cut = value.size > _LINE
    text = f"[{', '.join(map(figure, value.ravel()[:_LINE].tolist()))}, …]" if cut else nested(value.tolist(), figure)
    return _as_typed(text)


def _as_typed(text: str) -> Text:
    return Text(text, SIGN if text.startswith("−") else ATOM)


def _told_apart(left: Term, right: Term, numbers: bool, sign: int = 1) -> tuple[Text, Text]:
    """Both; numbers with more digits where their difference, or for a `sign` of −1 their sum, only looks like 0.

    Of arithmetic that is written out nothing is changed.
    """
    written = left.write(numbers), right.write(numbers)
    if not numbers or written != (figures(left.value), figures(right.value)):
        return written
    return _figures_beside(left.value, sign * right.value), _figures_beside(right.value, sign * left.value)


def _figures_beside(value: Array, other: Array) -> Text:
    """An array in numbers, as `figures` has it, each told from the other's at its place."""
    if np.shape(other) not in ((), value.shape) or value.size > _LINE:
        return figures(value)
    others = np.broadcast_to(other, value.shape)
    # Not by np.vectorize: Python's comparison with a nan can raise the processor's flag, of which NumPy would warn.
    written = list(map(figure_beside, value.ravel().tolist(), others.ravel().tolist()))
    return _as_typed(nested(np.array(written, dtype=object).reshape(value.shape).tolist(), str))


def number(value: float) -> Term:
    """A plain number, the same in symbols and in numbers."""
    term = Term(np.asarray(float(value)), lambda numbers: figures(np.asarray(value)), lambda index: term, float(value))
    return term


ONE = number(1)


def as_result(term: Term) -> Term:
    """The same term, in numbers written as its result."""
    if term.by is not None:
        return term

    def write(numbers: bool) -> Text:
        return figures(term.value) if numbers else term.write(False)

    return Term(term.value, write, lambda index: as_result(term.at(index)))


def flow(upstream: Term, local: Term) -> Term:
    """The upstream gradient times a local derivative, which in numbers is written as its result."""
    factor = as_result(local)
    if factor.by in (1, -1):
        return upstream * factor
    return dot(upstream, factor)


def dot(left: Term, right: Term) -> Term:
    """A product that is never written without its dot."""

    def write(numbers: bool) -> Text:
        return Text(f"{left.write(numbers).first(PRODUCT)} · {right.write(numbers).later(PRODUCT)}", PRODUCT)

    return _pairwise(left, right, left.value * right.value, write, dot)


def total(terms: Sequence[Term]) -> Term:
    """The sum of single numbers, written out as far as it is not too long."""
    if not terms:
        return number(0)
    result = terms[0]
    for each in terms[1:]:
        result = result + each
    if len(terms) <= MOST_SUMMANDS:
        return result
    start, end = terms[0] + terms[1], terms[-1]

    def write(numbers: bool) -> Text:
        return Text(f"{start.write(numbers).text} + … + {end.write(numbers).later(MATMUL)}", SUM)

    return Term(result.value, write, lambda index: result.at(index))


def own_place(index: Index, shape: tuple[int, ...]) -> Index:
    """The place in an operand of that shape that broadcasting reads for a place in the result."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else place for place, size in zip(own, shape, strict=True))


def _pairwise(
    left: Term, right: Term, value: Any, write: Callable[[bool], Text], again: Callable[[Term, Term], Term]
) -> Term:
    def element(index: Index) -> Term:
        return again(left.at(own_place(index, left.shape)), right.at(own_place(index, right.shape)))

    return Term(np.asarray(value), write, element)
