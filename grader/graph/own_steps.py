"""A student's own arithmetic at a wrong gradient, where the formula that gives it is known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise, Value
from grader.exercise.textbook import RAISED, Line, Textbook, lines, sigmoid
from grader.graph.axes import mean_over, sum_over
from grader.graph.calls import call, comparison, elementwise
from grader.graph.diagram import Graph, Node, Step
from grader.graph.rules import outer
from grader.graph.softmax import one_hot, softmax
from grader.graph.terms import Term, leaf, number
from grader.graph.working import work_out

_OPERATORS: Mapping[type, Callable[[Term, Term], Term]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
}

_SIGNS: Mapping[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Gt: (">", operator.gt),
    ast.GtE: ("≥", operator.ge),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("≤", operator.le),
    ast.Eq: ("=", operator.eq),
    ast.NotEq: ("≠", operator.ne),
}

_ELEMENTWISE: Mapping[str, tuple[str, Callable[..., Any]]] = {
    **{name: (name, getattr(np, name)) for name in ("abs", "cosh", "exp", "log", "log1p", "sign", "sqrt", "tanh")},
    "sigmoid": ("σ", sigmoid),
    "maximum": ("max", np.maximum),
}

_SUMS: Mapping[str, Callable[..., Term]] = {"sum": sum_over, "mean": mean_over}


def with_own_steps(graph: Graph, exercise: Exercise, case: Case, formulas: Collection[str]) -> Graph:
    """A case's graph with the student's own arithmetic at each gradient that one of the formulas gives."""
    return replace(graph, nodes=tuple(_with_own(node, exercise, case, formulas) for node in graph.nodes))


def _with_own(node: Node, exercise: Exercise, case: Case, formulas: Collection[str]) -> Node:
    if node.state in ("", "right"):
        return node
    steps = (own_step(exercise, case, each, node) for each in formulas)
    return replace(node, own=next((each.line for each in steps if each), ""))


def own_step(exercise: Exercise, case: Case, formula: str, node: Node) -> Step | None:
    """How a formula gives the gradient that a student has at a node; None where it doesn't, or can't be written."""
    if not exercise.books or not formula or node.mine is None or not node.mine.is_whole:
        return None
    target = f"d{node.name}"
    own = np.array(node.mine.numbers).reshape(node.mine.shape)
    try:
        book = exercise.books[0].replaced(formula)
        with np.errstate(all="ignore"):
            values = book.run(exercise.named(*_given(exercise, case)))
            term = _Writer(values).term(book.by_target[target])
            if term.shape != own.shape or not np.allclose(term.value, own, rtol=1e-6, atol=1e-9, equal_nan=True):
                return None
            return work_out(
                "backward", node.id, own, _written(exercise, book, formula, target, term), term, _place(node)
            )
    except (KeyError, NameError, SyntaxError, *RAISED):
        return None


def _given(exercise: Exercise, case: Case) -> Iterable[Value]:
    return (*[case.dout] * exercise.is_pair, *(case.inputs[spec.name] for spec in exercise.inputs))


def _place(node: Node) -> int | None:
    return node.off[0] if node.off else None


def _written(exercise: Exercise, book: Textbook, formula: str, target: str, term: Term) -> str:
    """The line of a gradient, and before it what else is otherwise on the way to it and is no gradient itself."""
    others = [line for line in lines(formula) if line.target not in (target, *exercise.gradients)]
    before = [str(line) for line in others if target in book.concerned([line.target])]
    return "; ".join([*before, f"{target} = {term.symbols}"])


class _Writer:
    """Writes lines of a textbook as terms, on these values. Raises KeyError for what no term is there for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def term(self, line: Line) -> Term:
        """What a line computes."""
        return self._of(line.tree)

    def _of(self, tree: ast.expr) -> Term:
        match tree:
            case ast.Name(name) if not name.startswith("_"):
                return leaf(name, np.asarray(self._values[name], dtype=np.float64))
            case ast.Constant(int() | float() as value):
                return number(value)
            case ast.BinOp(left, sign, right):
                return _OPERATORS[type(sign)](self._of(left), self._of(right))
            case ast.UnaryOp(ast.USub(), operand):
                return -self._of(operand)
            case ast.Compare(left, [sign], [right]):
                text, holds = _SIGNS[type(sign)]
                a, b = self._of(left), self._of(right)
                return comparison(a, text, b, holds(a.value, b.value))
            case ast.Attribute(operand, "T"):
                return self._of(operand).T
            case ast.Call(ast.Attribute(operand, name), [], keywords) if name in _SUMS:
                return _SUMS[name](self._of(operand), **_along(keywords))
            case ast.Call(ast.Name(name), arguments, keywords):
                return self._called(name, arguments, keywords)
        raise KeyError(type(tree).__name__)

    def _called(self, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Term:
        if name == "one_hot":
            labels, classes = map(self._of, arguments)
            return one_hot(labels, int(classes.value))
        operands = list(map(self._of, arguments))
        if name == "ones_like":
            return call(name, *operands, value=np.ones(operands[0].shape), element=lambda index: number(1))
        if name == "outer":
            return outer(*operands)
        if name == "softmax":
            return softmax(operands[0], dim=_along(keywords)["dim"])
        text, function = _ELEMENTWISE[name]
        return elementwise(text, function, *operands)


def _along(keywords: list[ast.keyword]) -> dict[str, Any]:
    found = {str(each.arg): ast.literal_eval(each.value) for each in keywords}
    return {"dim": found.get("axis"), "keepdims": found.get("keepdims", False)}
