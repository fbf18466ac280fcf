"""An expression with one place in it otherwise: what people write who make one mistake in a line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from grader.exercise.textbook import RAISED, Textbook
from grader.formula.kinds import RELATIVES, Kind
from grader.formula.operations import constants_near, of_operation, other_axes
from grader.formula.trees import (
    children,
    is_sum,
    literal,
    minus,
    positive,
    reshaped,
    times,
    variable,
    with_child,
)

COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq)

_RELATIVES: Mapping[str, tuple[str, ...]] = {
    **RELATIVES,
    "sigmoid": ("tanh", "exp"),
    "tanh": ("sigmoid",),
    "softmax": ("sigmoid",),
    "max": ("sum", "mean", "min"),
}


@dataclass(frozen=True)
class Variant:
    """An expression that is otherwise in one place; `part` is the term that it is in, if it stands in a sum."""

    kind: Kind
    tree: ast.expr
    part: ast.expr | None
    settled: bool = False


class Scope:
    """What a line may name, and the variants of its expressions."""

    def __init__(self, values: Mapping[str, Any], book: Textbook, target: str) -> None:
        self._values = values
        self._words = book.words
        self._going = book.backward | {"dout"}
        self._is_backward = target in self._going
        self._axes = {name: np.ndim(value) for name, value in values.items() if is_numbers(value)}
        self._sizes = [name for name, value in values.items() if isinstance(value, int)]

    def of_line(self, tree: ast.expr) -> Iterator[Variant]:
        """The variants of a whole expression."""
        yield from self.of(tree)
        yield from self._around(tree, "whole")

    def of(self, node: ast.expr) -> Iterator[Variant]:
        """The variants of an expression, at its root and below."""
        yield from (Variant(kind, tree, tree) for kind, tree in self._at(node))
        if not isinstance(node, ast.Name | ast.Constant):
            axes = self._count_axes(node)
            like = [name for name, count in self._axes.items() if count == axes and name not in self._sizes]
            yield from (Variant("variable", variable(name), variable(name)) for name in like)
        for name, place, child in children(node):
            for variant in self.of(child):
                if _is_undone(node, variant.kind):
                    continue
                tree = with_child(node, name, place, variant.tree)
                settled = variant.settled or is_sum(node)
                yield Variant(variant.kind, tree, variant.part if settled else tree, settled)
            if name != "func" and isinstance(node, ast.Call | ast.BinOp):
                for around in self._around(child, "term" if is_sum(node) else "factor"):
                    tree = with_child(node, name, place, around.tree)
                    yield Variant(around.kind, tree, around.part if is_sum(node) else tree, is_sum(node))

    def _at(self, node: ast.expr) -> Iterator[tuple[Kind, ast.expr]]:
        """What can stand in the place of a node."""
        match node:
            case ast.BinOp():
                yield from of_operation(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield "sign", operand
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for other in COMPARISONS:
                    if not isinstance(op, other):
                        yield "comparison", ast.Compare(left, [other()], [right])
                yield "function", left
            case ast.Attribute(value=value, attr="T"):
                yield "transpose", value
                yield "transpose", reshaped(value)
            case ast.Name(id=name) if name in self._axes:
                yield from self._of_name(name)
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                yield from (("constant", ast.Constant(other)) for other in constants_near(value))
            case ast.Subscript(value=value, slice=ast.Constant(value=int() as index)):
                yield from (("variable", ast.Subscript(value, ast.Constant(each))) for each in {0, 1} - {index})
            case ast.Call():
                yield from self._of_call(node)

    def _of_name(self, name: str) -> Iterator[tuple[Kind, ast.expr]]:
        axes = self._axes[name]
        for other, count in self._axes.items():
            if other != name and count == axes:
                yield "variable", variable(other)
        if name in self._sizes:
            yield from (("variable", times(variable(name), variable(each))) for each in self._sizes if each != name)
            yield "constant", ast.BinOp(variable(name), ast.Sub(), ast.Constant(1))
            return
        if axes == 2:
            yield "transpose", ast.Attribute(variable(name), "T")
        yield "sign", minus(variable(name))
        yield "constant", ast.BinOp(variable(name), ast.Pow(), ast.Constant(2))
        yield from (("function", ast.Call(variable(function), [variable(name)], [])) for function in ("abs", "sign"))
        for other in self._axes:
            if other not in (name, *self._sizes) and self._fits(other, name):
                yield "extra", times(variable(name), variable(other))
                if name in self._going and self._axes[other]:
                    yield "extra", times(variable(name), positive(other))

    def _count_axes(self, node: ast.expr) -> int | None:
        """How many axes an expression has in the sample; None where it makes no array."""
        try:
            made = eval(compile(ast.unparse(node), "<formula>", "eval"), self._words, dict(self._values))
        except RAISED:
            return None
        return np.ndim(made) if is_numbers(made) else None

    def _fits(self, other: str, name: str) -> bool:
        """Whether a value that isn't one number can be multiplied with another, and leaves its shape."""
        there, here = np.shape(self._values[other]), np.shape(self._values[name])
        return there == here or (0 < len(there) <= len(here) and there == here[len(here) - len(there) :])

    def _of_call(self, node: ast.Call) -> Iterator[tuple[Kind, ast.expr]]:
        function = node.func
        if isinstance(function, ast.Attribute):
            yield from self._of_method(node, function)
        elif isinstance(function, ast.Name):
            for relative in _RELATIVES.get(function.id, ()):
                yield "function", ast.Call(variable(relative), node.args[:1] if relative in self._words else [], [])
                if len(node.args) > 1:
                    yield "function", ast.Call(variable(relative), node.args, node.keywords)
            for argument in node.args:
                if not isinstance(argument, ast.Constant):
                    yield "dropped", argument
            yield from (("axis", each) for each in self._axis_changes(node))

    def _of_method(self, node: ast.Call, function: ast.Attribute) -> Iterator[tuple[Kind, ast.expr]]:
        value = function.value
        yield "axis" if function.attr in ("sum", "mean") else "dropped", value
        for relative in _RELATIVES.get(function.attr, ()):
            kind: Kind = "axis" if {function.attr, relative} <= {"sum", "mean"} else "function"
            yield kind, ast.Call(ast.Attribute(value, relative), node.args, node.keywords)
        if function.attr in ("sum", "mean"):
            for place in (0, -1):
                yield "axis", ast.Subscript(value, ast.Constant(place))
            yield from (("axis", each) for each in self._axis_changes(node))

    def _axis_changes(self, node: ast.Call) -> Iterator[ast.expr]:
        """The same call along other axes, and with the axis kept or not."""
        given = {keyword.arg: keyword for keyword in node.keywords}
        if "axis" not in given:
            if isinstance(node.func, ast.Attribute) and not node.args:
                for axis in (0, 1):
                    yield ast.Call(node.func, [], [ast.keyword("axis", ast.Constant(axis))])
            return
        keep = [each for name, each in given.items() if name != "axis"]
        for other in other_axes(given["axis"].value):
            yield ast.Call(node.func, node.args, [ast.keyword("axis", literal(other)), *keep])
        if isinstance(node.func, ast.Attribute):
            yield ast.Call(node.func, node.args, keep)
            kept = [] if "keepdims" in given else [ast.keyword("keepdims", ast.Constant(True))]
            yield ast.Call(node.func, node.args, [given["axis"], *kept])

    def _around(self, node: ast.expr, place: Literal["whole", "term", "factor"]) -> Iterator[Variant]:
        """An expression with something done to it on top, that stands in this place."""
        if isinstance(node, ast.Compare | ast.Constant):
            return
        if place == "whole":
            yield Variant("sign", minus(node), minus(node))
        if place != "factor" or not isinstance(node, ast.Name):
            yield from (Variant("extra", tree, tree) for tree in self._with_more(node, place != "factor"))
        for method in ("sum", "mean"):
            for axis in (0, 1):
                call = ast.Call(ast.Attribute(node, method), [], [ast.keyword("axis", ast.Constant(axis))])
                kept = ast.Call(call.func, [], [*call.keywords, ast.keyword("keepdims", ast.Constant(True))])
                yield from (Variant("axis", tree, tree) for tree in (call, kept))
            whole = ast.Call(ast.Attribute(node, method), [], [])
            yield Variant("axis", whole, whole)
        if not (isinstance(node, ast.Attribute) and node.attr == "T"):
            turned = ast.Attribute(node, "T")
            yield Variant("transpose", turned, turned)
        for index in (0, -1):
            one = ast.Subscript(node, ast.Constant(index))
            yield Variant("axis", one, one)

    def _with_more(self, node: ast.expr, is_free: bool) -> Iterator[ast.expr]:
        """An expression with a factor too many; or, where it is a term of a sum or all there is, with a term."""
        yield from (times(node, ast.Constant(factor)) for factor in (2, 0.5))
        for one, two in combinations(self._sizes, 2):
            yield ast.BinOp(node, ast.Div(), times(variable(one), variable(two)))
        for name in self._axes:
            yield times(node, variable(name))
            if name in self._sizes:
                yield ast.BinOp(node, ast.Div(), variable(name))
            elif is_free:
                yield ast.BinOp(node, ast.Add(), variable(name))
                yield ast.BinOp(node, ast.Sub(), variable(name))
                # Nobody divides by a gradient, or asks for its sign; and what is divided by an eps is rounding errors.
                if name not in self._going and not isinstance(self._values[name], float):
                    yield ast.BinOp(node, ast.Div(), variable(name))
                if name not in self._going and self._is_backward and self._axes[name]:
                    yield times(node, positive(name))
                if name not in self._going:
                    rest = ast.BinOp(ast.Constant(1), ast.Sub(), variable(name))
                    yield times(node, rest)
                    yield times(times(node, variable(name)), rest)


def is_numbers(value: Any) -> bool:
    """Whether a value is made of numbers."""
    return isinstance(value, np.ndarray | float | int | np.number) and not isinstance(value, bool)


def _is_undone(node: ast.expr, kind: Kind) -> bool:
    """Whether an edit of this kind inside an expression would be undone by it: that edit stands at the expression."""
    match node:
        case ast.Attribute(attr="T"):
            return kind == "transpose"
        case ast.UnaryOp(op=ast.USub()):
            return kind == "sign"
    return False
