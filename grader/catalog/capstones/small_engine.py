"""A right autograd engine of a few lines, whose rules and way back a misconception may replace."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

Rule = Callable[..., tuple[float, ...]]

RULES: Mapping[str, Rule] = {
    "add": lambda dout, a, b: (dout, dout),
    "multiply": lambda dout, a, b: (dout * b, dout * a),
    "power": lambda dout, a, n: (dout * n * a ** (n - 1),),
    "relu": lambda dout, a: (dout * (a > 0),),
    "exp": lambda dout, a: (dout * math.exp(a),),
    "log": lambda dout, a: (dout / a,),
}


class Scalar:
    """A value, which remembers the operands and the rule that it comes from."""

    rules = RULES

    def __init__(self, data: float, operands: tuple[Scalar, ...] = (), rule: str = "", cache: tuple[float, ...] = ()):
        self.data, self.grad, self.operands, self.rule, self.cache = data, 0.0, operands, rule, cache

    def result(self, data: float, rule: str, operands: tuple[Scalar, ...], *constants: float) -> Scalar:
        return type(self)(data, operands, rule, (*(each.data for each in operands), *constants))

    def node(self, other: Scalar | float) -> Scalar:
        return other if isinstance(other, Scalar) else type(self)(other)

    def __add__(self, other: Scalar | float) -> Scalar:
        other = self.node(other)
        return self.result(self.data + other.data, "add", (self, other))

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = self.node(other)
        return self.result(self.data * other.data, "multiply", (self, other))

    def __pow__(self, exponent: float) -> Scalar:
        return self.result(self.data**exponent, "power", (self,), exponent)

    def relu(self) -> Scalar:
        return self.result(max(self.data, 0.0), "relu", (self,))

    def exp(self) -> Scalar:
        return self.result(math.exp(self.data), "exp", (self,))

    def log(self) -> Scalar:
        return self.result(math.log(self.data), "log", (self,))

    def __neg__(self) -> Scalar:
        return self * -1.0

    def __sub__(self, other: Scalar | float) -> Scalar:
        return self + -self.node(other)

    def __truediv__(self, other: Scalar | float) -> Scalar:
        return self * self.node(other) ** -1

    def __rmul__(self, other: float) -> Scalar:
        return self * other

    def __rsub__(self, other: float) -> Scalar:
        return self.node(other) - self

    def __rtruediv__(self, other: float) -> Scalar:
        return self.node(other) / self

    def gradients(self, dout: float) -> Iterable[tuple[Scalar, float]]:
        """Each operand, with what it gets of an upstream gradient; nothing for a leaf."""
        return zip(self.operands, self.rules[self.rule](dout, *self.cache), strict=False) if self.operands else ()

    def backward(self) -> None:
        order = topological(self)
        upstream = dict.fromkeys(order, 0.0) | {self: 1.0}
        for node in order:
            node.grad += upstream[node]
            for operand, part in node.gradients(upstream[node]):
                upstream[operand] += part


def topological(root: Scalar) -> list[Scalar]:
    """The nodes under `root`, each before its operands."""
    finished: dict[Scalar, None] = {}

    def visit(node: Scalar) -> None:
        for operand in node.operands:
            if operand not in finished:
                visit(operand)
        finished[node] = None

    visit(root)
    return list(reversed(finished))
