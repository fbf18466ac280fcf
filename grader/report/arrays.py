"""Arrays of a graph as text: short beside an edge, in full where there is room."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import inf, isnan, prod

from grader.graph.diagram import Array
from grader.text.language import say
from grader.text.numbers import nested, to_digits

DIGITS = 4
"""Significant digits of a number beside an edge."""

LEAST = 1e-12
"""Numbers that differ relatively by less are told apart by no more digits."""

MUCH = 1e-7
"""By so much the judge calls them different."""

SMALL = 0.01
"""To numbers below it the judge allows an absolute error, and to others a relative one."""

FEWER = 3
"""Significant digits of each number where there are several."""

OFF = "\u200b"
"""Stands before a number that is wrong, where not all are: it has no width, and is drawn as a mark."""

MOST_LINES = 4
MOST_COLUMNS = 20
"""An array beside an edge is cut to so many lines of so many characters."""


def shape(array: Array) -> str:
    """An array's shape as NumPy writes it: "(2, 3)", "(2,)"; "" for a number."""
    return str(array.shape) if array.shape else ""


def apart(value: float, beside: float, digits: int = DIGITS) -> str:
    """A number in as many digits, from `digits` on, as tell it from the one beside it, if more than rounding does."""
    if abs(value - beside) > LEAST * max(abs(value), abs(beside)):
        while to_digits(value, digits) == to_digits(beside, digits):
            digits += 1
    return to_digits(value, digits)


def text(array: Array, beside: Array | None = None, digits: int = 6, off: Collection[int] = ()) -> str:
    """An array in one line: "[[1, 2], [3, 4]]"; of a large one some numbers, said which.

    Its numbers have as many digits as tell them from those of an array that is shown `beside` it; those in the places
    `off` are marked.
    """
    is_alike = beside and (beside.shape, beside.start) == (array.shape, array.start)
    others = beside.numbers if beside and is_alike else array.numbers
    made = (apart(*each, digits) for each in zip(array.numbers, others, strict=True))
    numbers = iter(_marked(array, made, off))
    if array.is_whole:
        return nested(array.nested, lambda _: next(numbers))
    return f"{'…, ' * bool(array.start)}{', '.join(numbers)}{_which(array)}"


def _marked(array: Array, numbers: Iterable[str], off: Collection[int]) -> list[str]:
    """Written numbers, those in the places `off` with a mark; where every one is wrong, none needs it."""
    all_off = len(off) >= len(array.numbers)
    return [OFF * (place in off and not all_off) + each for place, each in enumerate(numbers, array.start)]


def _which(array: Array) -> str:
    """Which numbers of a large array are shown, and that others are not."""
    end, size = array.start + len(array.numbers), prod(array.shape)
    if not array.start:
        return f", … {say('(the first of {count} numbers)', count=size)}"
    said = say("(numbers {first} to {last} of {count})", first=array.start + 1, last=end, count=size)
    return f"{', …' * (end < size)} {said}"


def differs_at(array: Array, beside: Array) -> int | None:
    """The first place where two arrays of one shape differ, or where most if by little; None if only by rounding."""
    off = [_off(*each) for each in zip(array.numbers, beside.numbers, strict=True)]
    most = max(off, default=0.0)
    return next(place for place, each in enumerate(off) if each >= min(most, MUCH)) if most > LEAST else None


def _off(value: float, beside: float) -> float:
    if value == beside or (isnan(value) and isnan(beside)):
        return 0.0
    off = abs(value - beside) / (abs(beside) + SMALL)
    return inf if isnan(off) else off


def block(array: Array, off: Collection[int] = ()) -> list[str]:
    """An array in a few short lines, as NumPy would print it; "…" stands for what is left out.

    The numbers in the places `off` are marked.
    """
    if not array.shape:
        return [to_digits(array.numbers[0], DIGITS)]
    if not array.numbers:
        return ["[ ]"]
    if len(array.numbers) == 1 and array.is_whole:
        return ["[" * len(array.shape) + to_digits(array.numbers[0], DIGITS) + "]" * len(array.shape)]
    columns, above = array.shape[-1], array.start // array.shape[-1]
    numbers = _marked(array, (to_digits(each, FEWER) for each in array.numbers), off)
    rows = [numbers[start : start + columns] for start in range(0, len(numbers), columns)]
    count = prod(array.shape[:-1])
    if len(array.shape) == 1:
        before = ["…"] * bool(array.start)
        return _wrap([*before, *rows[0]], cut=array.start + len(rows[0]) < columns)
    shown = [_row(row, cut=len(row) < columns) for row in rows[:MOST_LINES]]
    if above:
        shown = ["⋮", *shown[: MOST_LINES - 1]]
    if count > MOST_LINES:
        shown[-1] = say("⋮ {count} rows", count=count)
    return [f"{' ' if place else '['}{row}" for place, row in enumerate([*shown[:-1], f"{shown[-1]}]"])]


def one_line(array: Array) -> str:
    """An array in one short line: "[[1 2] [3 4]]", or as much of it as fits, and its shape."""
    rows = [line.strip() for line in block(array)]
    whole = " ".join(rows)
    if len(rows) == 1 or (len(whole) <= MOST_COLUMNS + 4 and "⋮" not in whole):
        return whole
    first = rows[1 if rows[0].startswith("[⋮") else 0]
    return f"{first} … {' × '.join(map(str, array.shape))}"


def _row(numbers: list[str], cut: bool) -> str:
    """A matrix's row in brackets, as many numbers as fit."""
    width, shown = 4, []
    for each in numbers:
        width += len(each) + 1
        if width > MOST_COLUMNS + 3:
            break
        shown.append(each)
    cut = cut or len(shown) < len(numbers)
    return f"[{' '.join(shown)}{' …' if cut else ''}]" if shown or cut else "[]"


def _wrap(numbers: Iterable[str], cut: bool) -> list[str]:
    """A vector over as many lines as it needs, up to the most."""
    lines = [""]
    for each in numbers:
        if lines[-1] and len(lines[-1]) + len(each) + 3 > MOST_COLUMNS:
            if len(lines) == MOST_LINES:
                cut = True
                break
            lines.append("")
        lines[-1] = f"{lines[-1]} {each}" if lines[-1] else each
    lines[-1] += " …]" if cut else "]"
    return [f" {line}" if place else f"[{line}" for place, line in enumerate(lines)]
