"""What is easily written in the place of an operation, of axes, and of a number."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.formula.kinds import Kind
from grader.formula.trees import minus, times, turned, variable


def of_operation(node: ast.BinOp) -> Iterator[tuple[Kind, ast.expr]]:
    """Other operations on the same two sides, or one of them alone."""
    left, right = node.left, node.right

    def with_operator(operator: ast.operator, turned: bool = False) -> ast.expr:
        return ast.BinOp(*((right, operator, left) if turned else (left, operator, right)))

    match node.op:
        case ast.Mult():
            yield "dropped", left
            yield "dropped", right
            for other in (ast.Add(), ast.Sub(), ast.Div(), ast.MatMult()):
                yield "operator", with_operator(other)
            yield "operator", with_operator(ast.Div(), turned=True)
            yield "operator", ast.Call(variable("outer"), [left, right], [])
        case ast.Div():
            yield "dropped", left
            yield "dropped", right
            yield "dropped", ast.BinOp(ast.Constant(1), ast.Div(), right)
            yield "operator", with_operator(ast.Mult())
            yield "operator", with_operator(ast.Sub())
            yield "operator", with_operator(ast.Div(), turned=True)
        case ast.Add():
            yield "dropped", left
            yield "dropped", right
            yield "sign", with_operator(ast.Sub())
            yield "sign", with_operator(ast.Sub(), turned=True)
            yield "operator", with_operator(ast.Mult())
        case ast.Sub():
            yield "dropped", left
            yield "dropped", right
            yield "dropped", minus(right)
            yield "sign", with_operator(ast.Add())
            yield "sign", with_operator(ast.Sub(), turned=True)
            yield "operator", with_operator(ast.Mult())
        case ast.MatMult():
            yield "operator", with_operator(ast.Mult())
            yield "operator", with_operator(ast.MatMult(), turned=True)
            yield "operator", ast.Call(variable("outer"), [left, right], [])
            yield "transpose", ast.BinOp(turned(left), ast.MatMult(), turned(right))
        case ast.Pow():
            yield "constant", left
            if isinstance(right, ast.Constant):
                yield "function", times(right, left)


def other_axes(axis: ast.expr) -> Iterator[int | tuple[int, ...]]:
    """Other axes than these, and some of them, where they are numbers."""
    try:
        given = ast.literal_eval(axis)
    except ValueError:
        return
    axes = given if isinstance(given, tuple) else (given,)
    yield from [each for each in range(max(1, *axes) + 1) if each not in axes][:3]
    if len(axes) > 1:
        yield from (axes[:place] + axes[place + 1 :] for place in range(len(axes)))


def constants_near(value: float) -> Iterable[float]:
    """Numbers that are easily written for another one."""
    near = (value + 1, value - 1, 2 * value, value / 2, -value, 1, 0)
    return dict.fromkeys(int(each) if float(each).is_integer() else each for each in near if each != value)
