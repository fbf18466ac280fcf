"""What a lesson treats as one operation becomes one: a loss, where it is not itself what the exercise asks about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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


def fuse(trace: Trace) -> Trace:
    """The trace with every such chain of operations in one, where nothing else uses what lies between."""
    uses = Counter(source for value in trace.values for source in value.sources)
    gone: set[Value] = set()
    wholes: dict[Value, Value] = {}
    for value in trace.values:
        for name, steps in _WHOLES.items():
            if (chain := _chain(value, steps, uses)) and not gone.intersection(chain):
                wholes[value] = _whole(name, chain)
                gone.update(chain[1:])
    values = tuple(wholes.get(value, value) for value in trace.values if value not in gone)
    for value in values:
        value.operands = tuple(wholes.get(each, each) if isinstance(each, Value) else each for each in value.operands)
    return replace(trace, values=values, outputs=tuple(wholes.get(each, each) for each in trace.outputs))


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


def _whole(name: str, chain: Sequence[Value]) -> Value:
    first, later = chain[-1], chain[-2::-1]
    others = [source for each in later for source in each.sources[1:]]

    def again(*tensors: Tensor) -> Tensor:
        assert first.again
        spare = list(tensors[len(first.sources) :])
        result = first.again(*tensors[: len(first.sources)])
        for each in later:
            assert each.again
            count = len(each.sources) - 1
            result = each.again(result, *spare[:count])
            del spare[:count]
        return result

    return Value(chain[0].tensor, name, (*first.operands, *others), again=again, name=chain[0].name)
