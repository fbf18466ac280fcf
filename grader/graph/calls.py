"""Functions and comparisons as terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.graph.terms import ATOM, Index, Term, Text, own_place


def call(
    name: str, *operands: Term, value: Any, element: Callable[[Index], Term] | None = None, also: str = ""
) -> Term:
    """A function of terms, elementwise if `element` isn't given; `also` are further arguments as they are written."""

    def write(numbers: bool) -> Text:
        arguments = [operand.write(numbers).text for operand in operands] + [also] * bool(also)
        return Text(f"{name}({', '.join(arguments)})", ATOM)

    array = np.asarray(value)

    def one(index: Index) -> Term:
        parts = [operand.at(own_place(index, operand.shape)) for operand in operands]
        return call(name, *parts, value=array[index], also=also)

    return Term(array, write, element or one)


def elementwise(name: str, function: Callable[..., Any], *operands: Term) -> Term:
    """A function of the elements."""
    return call(name, *operands, value=function(*(operand.value for operand in operands)))


def comparison(left: Term, sign: str, right: Term, value: Any) -> Term:
    """1 where a comparison holds, 0 elsewhere."""

    def write(numbers: bool) -> Text:
        return Text(f"({left.write(numbers).text} {sign} {right.write(numbers).text})", ATOM)

    array = np.asarray(value, dtype=np.float64)

    def one(index: Index) -> Term:
        return comparison(
            left.at(own_place(index, left.shape)), sign, right.at(own_place(index, right.shape)), array[index]
        )

    return Term(array, write, one)
