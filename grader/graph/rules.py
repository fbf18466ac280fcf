"""The flat table of rules: what an operation computes, and how it passes a gradient back, one line each.

A gate works element by element: it is its local derivatives with respect to each operand, in terms of the output z and
the operands. Any other rule gives its vector–Jacobian products themselves, from the upstream gradient g.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from grader.exercise import Array
from grader.graph import pixels
from grader.graph.axes import along, count, mean_over, sum_over, unbroadcast, variance, variance_slope
from grader.graph.calls import call, comparison, elementwise
from grader.graph.softmax import cross_entropy, cross_entropy_slope, log_softmax, one_hot, pick, softmax
from grader.graph.terms import ONE, Term, dot, flow, number
from grader.text.language import later, say

HALF, TWO, MINUS = number(0.5), number(2), number(-1)


@dataclass(frozen=True)
class Rule:
    """One operation: what stands in its circle, its forward, and by operand its way back.

    `backward[k](g, z, *operands, **options)` is the contribution to operand k, `local[k](z, *operands, **options)` its
    local derivative, as a term or in words. `meaning` says what it does, where the label doesn't.
    """

    label: str
    forward: Callable[..., Term]
    backward: tuple[Callable[..., Term], ...]
    local: tuple[Callable[..., Term | str], ...]
    meaning: str = ""


def gate(label: str, forward: Callable[..., Term], *local: Callable[..., Term]) -> Rule:
    """An elementwise operation with broadcasting, from its local derivatives."""
    return Rule(label, forward, tuple(partial(_through, each, k) for k, each in enumerate(local)), local)


def _through(local: Callable[..., Term], k: int, g: Term, z: Term, *operands: Term, **options: Any) -> Term:
    return unbroadcast(flow(g, local(z, *operands, **options)), operands[k].shape)


def plain_first(a: Term, b: Term, operation: Callable[[Term, Term], Term]) -> Term:
    """A sum or product with a plain number in front, where one is: PyTorch turns 1 + v round."""
    return operation(b, a) if b.by is not None else operation(a, b)


def sigma(x: Array) -> Array:
    """The sigmoid of any x, without overflow."""
    return np.asarray(np.where(x >= 0, 1, np.exp(-np.abs(x))) / (1 + np.exp(-np.abs(x))))


def larger(a: Term, b: Term, share: Term = HALF) -> Term:
    """1 where a is larger than b, a's share at a tie."""
    mask, tie = comparison(a, ">", b, a.value > b.value), comparison(a, "=", b, a.value == b.value)
    return mask + share * tie if np.any(tie.value) and share.by != 0 else mask


def matmul_left(g: Term, z: Term, a: Term, b: Term) -> Term:
    """The contribution to the left factor of a matrix product."""
    if a.value.ndim == 1:
        return flow(g, b) if b.value.ndim == 1 else b @ g
    return outer(g, b) if b.value.ndim == 1 else g @ b.T


def matmul_right(g: Term, z: Term, a: Term, b: Term) -> Term:
    """The contribution to the right factor of a matrix product."""
    if a.value.ndim == 1:
        return flow(g, a) if b.value.ndim == 1 else outer(a, g)
    return a.T @ g


def transpose(a: Term) -> Term:
    """A factor of a matrix product, as the other one's local derivative: a vector's transpose is no other array."""
    return a.T if a.value.ndim > 1 else a


def outer(a: Term, b: Term) -> Term:
    """The outer product of two vectors."""
    return call(
        "outer", a, b, value=np.outer(a.value, b.value), element=lambda index: a.at(index[:1]) * b.at(index[1:])
    )


RULES: Mapping[str, Rule] = {
    "copy": gate("=", lambda a: a, lambda z, a: ONE),
    "add": gate("+", lambda a, b: plain_first(a, b, Term.__add__), lambda z, a, b: ONE, lambda z, a, b: ONE),
    "sub": gate("−", lambda a, b: a - b, lambda z, a, b: ONE, lambda z, a, b: MINUS),
    "mul": gate("·", lambda a, b: plain_first(a, b, Term.__mul__), lambda z, a, b: b, lambda z, a, b: a),
    "div": gate("/", lambda a, b: a / b, lambda z, a, b: ONE / b, lambda z, a, b: -(a / b**TWO)),
    "neg": gate("−", lambda a: -a, lambda z, a: MINUS),
    "pow": gate("^", lambda a, n: a**n, lambda z, a, n: n * a ** (n - ONE)),
    "exp": gate("exp", lambda a: elementwise("exp", np.exp, a), lambda z, a: z),
    "log": gate("log", lambda a: elementwise("log", np.log, a), lambda z, a: ONE / a),
    "sqrt": gate("√", lambda a: elementwise("sqrt", np.sqrt, a), lambda z, a: ONE / (TWO * z)),
    "sin": gate("sin", lambda a: elementwise("sin", np.sin, a), lambda z, a: elementwise("cos", np.cos, a)),
    "cos": gate("cos", lambda a: elementwise("cos", np.cos, a), lambda z, a: -elementwise("sin", np.sin, a)),
    "tanh": gate("tanh", lambda a: elementwise("tanh", np.tanh, a), lambda z, a: ONE - z**TWO),
    "sigmoid": gate("σ", lambda a: elementwise("σ", sigma, a), lambda z, a: z * (ONE - z)),
    "relu": gate(
        "relu",
        lambda a: elementwise("relu", lambda x: np.maximum(x, 0), a),
        lambda z, a: comparison(a, ">", number(0), a.value > 0),
    ),
    "maximum": gate(
        "max",
        lambda a, b, **_: elementwise("max", np.maximum, a, b),
        lambda z, a, b, share=HALF: larger(a, b, share),
        lambda z, a, b, share=HALF: larger(b, a, ONE - share),
    ),
    "logaddexp": gate(
        "softplus",
        lambda a, b: elementwise("logaddexp", np.logaddexp, a, b),
        lambda z, a, b: elementwise("σ", sigma, a - b),
        lambda z, a, b: elementwise("σ", sigma, b - a),
    ),
    "half_square": gate(
        "½( )²",
        lambda a, y: HALF * (a - y) ** TWO,
        lambda z, a, y: a - y,
        lambda z, a, y: y - a,
    ),
    "half_squares": Rule(
        "½Σ( )²",
        lambda a, y: HALF * sum_over((a - y) ** TWO),
        (lambda g, z, a, y: flow(g, a - y), lambda g, z, a, y: flow(g, y - a)),
        (lambda z, a, y: a - y, lambda z, a, y: y - a),
    ),
    "cross_entropy": Rule(
        "cross-entropy",
        cross_entropy,
        (lambda g, z, logits, labels, **_: flow(g, cross_entropy_slope(logits, labels)),),
        (lambda z, logits, labels, **_: cross_entropy_slope(logits, labels),),
    ),
    "sum": Rule(
        "Σ",
        lambda a, dim=None, keepdim=False: sum_over(a, dim, keepdim),
        (lambda g, z, a, dim=None, keepdim=False: along(g, a.shape, dim, keepdim),),
        (lambda z, a, **_: ONE,),
    ),
    "mean": Rule(
        "mean",
        lambda a, dim=None, keepdim=False: mean_over(a, dim, keepdim),
        (lambda g, z, a, dim=None, keepdim=False: along(g / count(a, dim), a.shape, dim, keepdim),),
        (lambda z, a, dim=None, **_: ONE / count(a, dim),),
    ),
    "var": Rule(
        "var",
        variance,
        (
            lambda g, z, a, dim=None, correction=1, keepdim=False: flow(
                along(g, a.shape, dim, keepdim), variance_slope(a, dim, correction)
            ),
        ),
        (lambda z, a, dim=None, correction=1, **_: variance_slope(a, dim, correction),),
    ),
    "matmul": Rule(
        "@",
        lambda a, b: a @ b,
        (matmul_left, matmul_right),
        (lambda z, a, b: transpose(b), lambda z, a, b: transpose(a)),
    ),
    "T": Rule("ᵀ", lambda a: a.T, (lambda g, z, a: g.T,), (lambda z, a: say("the transpose"),)),
    "softmax": Rule(
        "softmax",
        softmax,
        (lambda g, z, a, dim: dot(z, g - sum_over(dot(g, z), dim, keepdims=True)),),
        (lambda z, a, dim: say("diag(p) − p pᵀ, p each row of {array}", array=z.symbols),),
    ),
    "log_softmax": Rule(
        "log softmax",
        log_softmax,
        (lambda g, z, a, dim: g - dot(softmax(a, dim), sum_over(g, dim, keepdims=True)),),
        (lambda z, a, dim: say("δᵢⱼ − pⱼ in each row, p = softmax({array})", array=a.symbols),),
    ),
    "gather": Rule(
        "pick",
        pick,
        (lambda g, z, a, dim, labels: flow(g, one_hot(labels, a.shape[1])),),
        (lambda z, a, dim, labels: one_hot(labels, a.shape[1]),),
        later(
            "pick takes from each row the number in the column that its label names; "
            "one_hot has 1 there, and 0 elsewhere"
        ),
    ),
    "conv2d": Rule(
        "conv2d",
        pixels.convolution,
        (pixels.image_gradient, pixels.kernel_gradient, lambda g, *_, **__: sum_over(g, (0, 2, 3))),
        (
            lambda z, x, w, b, **_: w.symbols,
            lambda z, x, w, b, **_: say("the windows of {array}", array=x.symbols),
            lambda z, x, w, b, **_: ONE,
        ),
    ),
    "max_pool2d": Rule(
        "max pool",
        pixels.pooling,
        (pixels.pooling_gradient,),
        (lambda z, x, *_, **__: say("1 at the largest {array} of each window", array=x.symbols),),
    ),
}
"""What is known of each operation that a forward may use; any other one is shown without its arithmetic."""
