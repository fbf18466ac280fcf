"""Several operations become one: a loss that a lesson treats as one, and the middle of a graph that is too long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.graph.values import Trace, Value

if TYPE_CHECKING:
    from torch import Tensor

_WHOLES: Mapping[str, tuple[tuple[str, tuple[float, ...]], ...]] = {
    "half_squares": (("mul", (0.5,)), ("sum", ()), ("pow", (2,)), ("sub", ())),
    "half_square": (("mul", (0.5,)), ("pow", (2,)), ("sub", ())),
    "cross_entropy": (("neg", ()), ("mean", ()), ("gather", (1,)), ("log_softmax", ())),
}
"""Each whole, as the operations that it is done by, the last one first, with the plain numbers among their operands."""

MOST_VALUES = 40
"""A trace with more of them is shortened."""

KEPT = 3
"""So many operations at either end stay as they are."""


def fuse(trace: Trace) -> Trace:
    """The trace with every chain of operations that is a loss in one, where nothing else uses what lies between."""
    uses = Counter(source for value in trace.values for source in value.sources)
    gone: set[Value] = set()
    wholes: dict[Value, Value] = {}
    for value in trace.values:
        for name, steps in _WHOLES.items():
            if (chain := _chain(value, steps, uses)) and not gone.intersection(chain):
                wholes[value] = _whole(name, chain[::-1])
                gone.update(chain[1:])
    return _replaced(trace, wholes, gone)


def _chain(value: Value, steps: Sequence[tuple[str, tuple[float, ...]]], uses: Counter[Value]) -> list[Value]:
    """The values of the steps, from the last one back; none if it isn't these."""
    chain = [value]
    for place, (name, numbers) in enumerate(steps):
        last = chain[-1]
        if last.operation != name or tuple(each for each in last.operands if not isinstance(each, Value)) != numbers:
            return []
        if place and (uses[last] > 1 or last.name):
            return []
        if place + 1 < len(steps):
            chain.append(last.sources[0])
    return chain


def shorten(trace: Trace) -> Trace:
    """The trace with all but the first and last operations in one, if only the last of these is used by any other."""
    middle = [value for value in trace.values if value.operation][KEPT:-KEPT]
    if len(trace.values) <= MOST_VALUES or len(middle) < 2:
        return trace
    *inner, last = middle
    others = [value for value in trace.values if value not in middle]
    if not set(inner).isdisjoint([*trace.outputs, *(source for value in others for source in value.sources)]):
        return trace
    short = _replaced(trace, {last: _whole(f"{len(middle)} operations", middle)}, set(inner))
    return replace(short, left_out=len(middle))


def _whole(name: str, parts: Sequence[Value]) -> Value:
    """One value for several, each after its operands: it has the operands that are none of them."""
    operands = tuple(dict.fromkeys(each for value in parts for each in value.sources if each not in parts))
    last = parts[-1]

    def again(*tensors: Tensor) -> Tensor:
        made = dict(zip(operands, tensors, strict=True))
        for value in parts:
            assert value.again
            made[value] = value.again(*(made[each] for each in value.sources))
        return made[last]

    return Value(last.tensor, name, operands, again=again, name=last.name)


def _replaced(trace: Trace, wholes: Mapping[Value, Value], gone: Collection[Value]) -> Trace:
    """The trace with the wholes in the place of the last of their parts, and without the others, which are gone."""
    values = tuple(wholes.get(value, value) for value in trace.values if value not in gone)
    for value in values:
        value.operands = tuple(wholes.get(each, each) if isinstance(each, Value) else each for each in value.operands)
    return replace(trace, values=values, outputs=tuple(wholes.get(each, each) for each in trace.outputs))
