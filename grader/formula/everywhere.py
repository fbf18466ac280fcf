"""Edits that are made in all places at once: every mean a sum, one value everywhere in the place of another."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from grader.exercise.textbook import Line, Textbook
from grader.formula.kinds import Kind
from grader.formula.trees import variable
from grader.formula.variants import COMPARISONS, is_numbers


def everywhere(book: Textbook, sample: Mapping[str, Any]) -> Iterator[tuple[Kind, tuple[Line, ...]]]:
    """The lines that come out otherwise where one thing is done in every place, and where in one line alone."""
    for name, value in sample.items():
        if name in {line.target for line in book.lines}:
            continue
        if name == "dout" and isinstance(value, tuple):
            yield "dropped", (Line(name, "(ones_like(dout[0]), ones_like(dout[1]))"),)
        elif name == "dout":
            yield "dropped", (Line(name, "ones_like(dout)" if np.ndim(value) else "1.0"),)
        elif isinstance(value, float) and f"d{name}" not in sample:
            yield "dropped", (Line(name, "0.0"),)
            yield "dropped", (Line(name, "1.0"),)
    for kind, change in _changes(book, sample):
        changed = [Line(line.target, ast.unparse(change.visit(copy.deepcopy(line.tree)))) for line in book.lines]
        new = tuple(each for each, line in zip(changed, book.lines, strict=True) if each != line)
        if new:
            yield kind, new
        # Not only all over, but in one line that has it several times.
        if len(new) > 1:
            yield from ((kind, (each,)) for each in new)


class _Change(ast.NodeTransformer):
    """Replaces every node for which `instead` has another."""

    def __init__(self, instead: Callable[[ast.AST], ast.AST | None]) -> None:
        self._instead = instead

    def visit(self, node: ast.AST) -> Any:
        found = self._instead(node)
        return self.generic_visit(node) if found is None else found


def _changes(book: Textbook, sample: Mapping[str, Any]) -> Iterator[tuple[Kind, ast.NodeTransformer]]:
    axes = {name: np.ndim(value) for name, value in sample.items() if is_numbers(value)}
    used = {name for line in book.lines for name in line.names if name in axes}

    def renamed(old: str, new: str) -> _Change:
        return _Change(lambda node: variable(new) if isinstance(node, ast.Name) and node.id == old else None)

    for old in sorted(used):
        yield from (("variable", renamed(old, new)) for new, count in axes.items() if new != old and count == axes[old])
        if isinstance(sample[old], int):
            yield "dropped", _without(old)
    yield from (("axis", _Method(*methods)) for methods in (("sum", "mean"), ("mean", "sum")))
    yield from (("axis", _along(*axes)) for axes in ((0, 1), (1, 0)))
    for operator in COMPARISONS[:4]:
        yield "comparison", _compared(operator)
    yield (
        "transpose",
        _Change(lambda node: node.value if isinstance(node, ast.Attribute) and node.attr == "T" else None),
    )


class _Method(ast.NodeTransformer):
    """Calls another method wherever one is called."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Attribute(node.value, self._new) if node.attr == self._old else node


def _along(old: int, new: int) -> _Change:
    """What went along one axis goes along another."""

    def instead(node: ast.AST) -> ast.AST | None:
        match node:
            case ast.keyword(arg="axis", value=ast.Constant(value=axis)) if axis == old:
                return ast.keyword("axis", ast.Constant(new))
        return None

    return _Change(instead)


def _without(size: str) -> _Change:
    """Nothing is divided by a size, nor multiplied with it."""

    def instead(node: ast.AST) -> ast.expr | None:
        match node:
            case ast.BinOp(left=left, op=ast.Div() | ast.Mult(), right=ast.Name(id=name)) if name == size:
                return left
        return None

    return _Change(instead)


def _compared(operator: type[ast.cmpop]) -> _Change:
    """Every comparison by another."""
    return _Change(
        lambda node: ast.Compare(node.left, [operator()], node.comparators) if isinstance(node, ast.Compare) else None
    )
