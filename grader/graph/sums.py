"""What is added up on the way back through an operation on arrays, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import TypeAlias

from grader.graph.rules import RULES
from grader.graph.values import Value
from grader.text.language import say, say_many

Shape: TypeAlias = tuple[int, ...]


def summed(value: Value, k: int, called: str) -> str:
    """What each element of the contribution to operand k is a sum over, in words; "" where it is none, or nobody knows.

    `called` is what formulas write for the value.
    """
    shapes = [tuple(each.tensor.shape) if isinstance(each, Value) else () for each in value.operands]
    if value.operation in _SUMS:
        return _SUMS[value.operation](called, tuple(value.tensor.shape), shapes, k)
    rule = RULES.get(value.operation)
    # A gate works element by element: what is summed over is the axes along which an operand was repeated.
    is_gate = rule is not None and all(isinstance(each, partial) for each in rule.backward)
    return _repeated(called, tuple(value.tensor.shape), shapes[k]) if is_gate else ""


def _repeated(called: str, shape: Shape, own: Shape) -> str:
    leading = len(shape) - len(own)
    axes = [axis for axis, size in enumerate(shape) if size > 1 and (axis < leading or own[axis - leading] == 1)]
    if not axes:
        return ""
    if len(axes) == len(shape):
        return say("every element of {array}", array=called)
    return say_many("axis {axes} of {array}", "the axes {axes} of {array}", len(axes), axes=_joined(axes), array=called)


def _joined(axes: list[int]) -> str:
    return reduce(lambda first, last: say("{first} and {last}", first=first, last=last), map(str, axes))


def _matmul(called: str, shape: Shape, shapes: list[Shape], k: int) -> str:
    a, b = shapes
    if max(len(a), len(b)) > 2 or len(shapes[1 - k]) < 2:
        return ""
    count = b[1] if k == 0 else a[0]
    if count < 2:
        return ""
    if len(shape) == 1:
        return say("the {count} elements of {array}", count=count, array=called)
    if k == 0:
        return say("the {count} columns of {array}", count=count, array=called)
    return say("the {count} rows of {array}", count=count, array=called)


def _of_row(called: str, shape: Shape, shapes: list[Shape], k: int) -> str:
    return say("its row of {array}", array=called) if len(shape) == 2 and shape[1] > 1 else ""


def _convolution(called: str, shape: Shape, shapes: list[Shape], k: int) -> str:
    if k == 0:
        return say("the pixels of {array} that have seen it", array=called)
    return say("all pixels of its channel of {array}, in every image", array=called)


def _pooling(called: str, shape: Shape, shapes: list[Shape], k: int) -> str:
    return say("the windows of {array} whose largest pixel it is", array=called)


_SUMS: Mapping[str, Callable[[str, Shape, list[Shape], int], str]] = {
    "matmul": _matmul,
    "softmax": _of_row,
    "log_softmax": _of_row,
    "conv2d": _convolution,
    "max_pool2d": _pooling,
}
