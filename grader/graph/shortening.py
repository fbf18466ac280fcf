"""A long graph becomes one that can be read: the operations in its middle are drawn as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.graph.values import Trace, Value

if TYPE_CHECKING:
    from torch import Tensor

MOST_VALUES = 40
"""A trace with more of them is shortened."""

KEPT = 3
"""So many operations at either end stay as they are."""


def shorten(trace: Trace) -> Trace:
    """The trace with all but the first and last operations in one, if only the last of these is used by any other."""
    operations = [value for value in trace.values if value.operation]
    middle = operations[KEPT:-KEPT]
    if len(trace.values) <= MOST_VALUES or len(middle) < 2:
        return trace
    inner, last = set(middle[:-1]), middle[-1]
    others = [value for value in trace.values if value not in inner and value is not last]
    if inner.intersection(trace.outputs) or any(inner.intersection(value.sources) for value in others):
        return trace
    whole = _whole(middle)
    values = tuple(whole if value is last else value for value in trace.values if value not in inner)
    for value in others:
        value.operands = tuple(whole if each is last else each for each in value.operands)
    outputs = tuple(whole if each is last else each for each in trace.outputs)
    return replace(trace, values=values, outputs=outputs, left_out=len(middle))


def _whole(middle: Sequence[Value]) -> Value:
    operands = tuple(dict.fromkeys(each for value in middle for each in value.sources if each not in middle))
    last = middle[-1]

    def again(*tensors: Tensor) -> Tensor:
        made = dict(zip(operands, tensors, strict=True))
        for value in middle:
            assert value.again
            made[value] = value.again(*(made[each] for each in value.sources))
        return made[last]

    return Value(last.tensor, f"{len(middle)} operations", operands, again=again, name=last.name)
