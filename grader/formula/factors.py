"""Whether a right value hides in a formula: as some of the factors of a term, in any order and with any sign."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from grader.exercise import Array
from grader.exercise.textbook import RAISED
from grader.formula.trees import is_sum

MOST_FACTORS = 6
"""Of a term; no grown formula has more."""


def hides(right: Array, tree: ast.expr, words: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether several factors of a term of a formula give a right value together, but for its sign."""
    return any(_hides(right, term, words, values) for term in _terms(tree))


def _hides(right: Array, term: ast.expr, words: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    try:
        factors = [_value(node, words, values) ** power for node, power in _factors(term, 1)][:MOST_FACTORS]
        products = [prod(some) for count in range(2, len(factors) + 1) for some in combinations(factors, count)]
    except RAISED:
        return False
    return any(np.shape(each) == np.shape(right) and np.allclose(np.abs(each), np.abs(right)) for each in products)


def _terms(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.UnaryOp):
        yield from _terms(node.operand)
    elif is_sum(node) and isinstance(node, ast.BinOp):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _factors(node: ast.expr, power: float) -> Iterator[tuple[ast.expr, float]]:
    """What a term multiplies; what it divides by, with a power of −1."""
    if isinstance(node, ast.UnaryOp):
        yield from _factors(node.operand, power)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield from _factors(node.left, power)
        yield from _factors(node.right, power if isinstance(node.op, ast.Mult) else -power)
    else:
        yield node, power


def _value(node: ast.expr, words: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<formula>", "eval")
    return np.asarray(eval(code, {**words}, {**values}), dtype=np.float64)
