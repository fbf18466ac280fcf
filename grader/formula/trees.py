"""Expressions as trees: what is made of them, and what they are made of."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator


def is_sum(node: ast.expr) -> bool:
    """Whether an expression is a sum or a difference."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def children(node: ast.expr) -> Iterator[tuple[str, int | None, ast.expr]]:
    """The expressions that one is made of, each with the place where it stands."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            is_word = isinstance(node, ast.Call) and name == "func" and isinstance(value, ast.Name)
            if not is_word and name != "slice":
                yield name, None, value
        elif isinstance(value, list):
            yield from ((name, place, each) for place, each in enumerate(value) if isinstance(each, ast.expr))


def with_child(node: ast.expr, name: str, place: int | None, child: ast.expr) -> ast.expr:
    """A copy of an expression that has another one in one place."""
    made, there = copy.copy(node), getattr(node, name)
    setattr(made, name, child if place is None else [*there[:place], child, *there[place + 1 :]])
    return made


def variable(name: str) -> ast.expr:
    """What names a value."""
    return ast.Name(name, ast.Load())


def minus(node: ast.expr) -> ast.expr:
    """An expression with its sign turned."""
    return ast.UnaryOp(ast.USub(), node)


def times(left: ast.expr, right: ast.expr) -> ast.expr:
    """The product of two."""
    return ast.BinOp(left, ast.Mult(), right)


def positive(name: str) -> ast.expr:
    """Where a value is above 0."""
    return ast.Compare(variable(name), [ast.Gt()], [ast.Constant(0)])


def turned(node: ast.expr) -> ast.expr:
    """An expression, transposed; what was transposed is no longer."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else ast.Attribute(node, "T")


def reshaped(node: ast.expr) -> ast.expr:
    """An expression in the shape of its transpose, with its elements in the old order."""
    shape = ast.Attribute(ast.Attribute(node, "T"), "shape")
    return ast.Call(ast.Attribute(node, "reshape"), [shape], [])


def literal(value: object) -> ast.expr:
    """A number, or a tuple of them."""
    return ast.parse(repr(value), mode="eval").body
