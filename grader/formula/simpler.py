"""A formula in fewer signs, with the same values everywhere: `a * b * c` for `a * (b * c)`, `-a` for `a - 2 * a`.

Nothing is done that another number, or a nan, would come of: a / a stays, for where a is 0.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TypeAlias

_Number: TypeAlias = int | float


@cache
def simpler(text: str) -> str:
    """A formula, made plainer; its text where it is plain."""
    return ast.unparse(_Simpler().visit(ast.parse(text, mode="eval").body)) if text else text


def in_one_order(node: ast.AST) -> str:
    """A formula in one order for all that are the same but for the order of factors and terms."""
    match node:
        case ast.BinOp(_, ast.Mult() | ast.Add() as op, _):
            return f"{type(op).__name__}({', '.join(sorted(_sides(node, type(op))))})"
        case ast.BinOp(left, op, right):
            return f"{type(op).__name__}({in_one_order(left)}, {in_one_order(right)})"
    return ast.dump(node)


def _sides(node: ast.expr, op: type[ast.operator]) -> list[str]:
    """The forms of all that an operation brings together."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, op):
        return [*_sides(node.left, op), *_sides(node.right, op)]
    return [in_one_order(node)]


class _Simpler(ast.NodeTransformer):
    """Makes every expression plainer, from the inside out."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return _of(node.left, node.op, node.right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.args, [ast.unparse(each) for each in node.keywords], node.func:
            case [], ["axis=1"], ast.Attribute(ast.Subscript(inner, axes), "sum" | "mean" | "max"):
                # An axis that was put in goes out again.
                return inner if ast.unparse(axes) in (":, None", "(:, None)") and _is_arithmetic(inner) else node
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.UnaryOp(ast.USub(), ast.UnaryOp(ast.USub(), inner)):
                return inner
        return node


def _of(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    """An operation on two plain sides, as plain."""
    found: ast.expr | None = None
    match op:
        case ast.Add() | ast.Sub():
            found = _of_sum(left, op, right)
        case ast.Mult():
            found = _of_product(left, right)
        case ast.Div():
            found = _of_quotient(left, right)
        case ast.Pow() if _number(right) == 1:
            found = left
    return found or ast.BinOp(left, op, right)


def _of_sum(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr | None:
    if isinstance(op, ast.Add) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add):
        return _of(_of(left, op, right.left), op, right.right)
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow) and _number(right.right) == 0:
        # What is 1 in the shape of the other side.
        return ast.BinOp(left, op, ast.Constant(1)) if _are_same(left, right.left) else None
    (times, one), (more, other) = _multiple(left), _multiple(right)
    if not _are_same(one, other) or isinstance(one, ast.Constant):
        return None
    count = times + more if isinstance(op, ast.Add) else times - more
    if count == 0:
        return None
    if abs(count) == 1:
        return one if count == 1 else ast.UnaryOp(ast.USub(), one)
    return ast.BinOp(ast.Constant(count), ast.Mult(), one)


def _of_product(left: ast.expr, right: ast.expr) -> ast.expr | None:
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        return _of(_of(left, ast.Mult(), right.left), ast.Mult(), right.right)
    number = _number(right)
    match left:
        case ast.BinOp(inner, ast.Div(), by) if number and number == _number(by) and _is_arithmetic(inner):
            return inner
        case ast.BinOp(inner, ast.Mult(), last) if _powers(last, right):
            return ast.BinOp(inner, ast.Mult(), _powers(last, right) or right)
    return _powers(left, right)


def _of_quotient(left: ast.expr, right: ast.expr) -> ast.expr | None:
    number = _number(right)
    match left:
        case ast.BinOp(inner, ast.Mult(), by) if number and number == _number(by) and _is_arithmetic(inner):
            return inner
    return None


def _multiple(node: ast.expr) -> tuple[_Number, ast.expr]:
    """How many times an expression is what: 2 * a is 2 times a."""
    match node:
        case ast.UnaryOp(ast.USub(), inner):
            return -1, inner
        case ast.BinOp(one, ast.Mult(), other):
            for count, rest in ((_number(one), other), (_number(other), one)):
                if count and _is_arithmetic(rest):
                    return count, rest
    return (1, node) if _is_arithmetic(node) else (1, ast.Constant(0))


def _powers(left: ast.expr, right: ast.expr) -> ast.expr | None:
    """The product of two powers of the same, as one."""
    (one, first), (other, second) = _power(left), _power(right)
    if not _are_same(one, other) or not _is_arithmetic(one):
        return None
    return ast.BinOp(one, ast.Pow(), ast.Constant(first + second))


def _power(node: ast.expr) -> tuple[ast.expr, int]:
    match node:
        case ast.BinOp(base, ast.Pow(), ast.Constant(value=int() as power)) if power > 0:
            return base, power
    return node, 1


def _number(node: ast.expr) -> _Number | None:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
    return None


def _is_arithmetic(node: ast.expr) -> bool:
    """Whether an expression is no truth value, which is another thing than the number 1, and no number."""
    return isinstance(node, ast.Name | ast.BinOp | ast.Call)


def _are_same(one: ast.expr, other: ast.expr) -> bool:
    return ast.dump(one) == ast.dump(other)
