"""A forward as it ran: every value, and what made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(eq=False)
class Value:
    """A tensor of the forward: a leaf, or what `operation` made of other values and of plain numbers.

    `again(*tensors)` does the operation once more, on other tensors in the place of the values among the operands.
    `given` is the array as the exercise gives it, where the forward only arranges whole numbers for itself.
    """

    tensor: Tensor
    operation: str = ""
    operands: tuple[Value | float, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    again: Callable[..., Tensor] | None = None
    name: str = ""
    given: Tensor | None = None

    @property
    def sources(self) -> list[Value]:
        """The values among its operands, each as often as it is one."""
        return [each for each in self.operands if isinstance(each, Value)]


@dataclass(frozen=True)
class Trace:
    """A forward as it ran: its values in topological order, the outputs among them, and the gradients at these.

    `calls` says how often backward is called from an output, where the forward itself calls it; `left_out` how many
    operations one of the values stands for. It `is_cut` where the forward goes on from the gradients.
    """

    values: tuple[Value, ...]
    outputs: tuple[Value, ...]
    upstream: tuple[Tensor, ...]
    calls: Mapping[Value, int] = field(default_factory=dict)
    left_out: int = 0
    is_cut: bool = False


def in_order(outputs: Sequence[Value]) -> Iterator[Value]:
    """All that the outputs are made of, each value after its operands."""
    seen: set[Value] = set()
    waiting: list[tuple[Value, bool]] = [(each, False) for each in reversed(outputs)]
    while waiting:
        value, is_ready = waiting.pop()
        if is_ready:
            yield value
        elif value not in seen:
            seen.add(value)
            # What is given comes just before the operation that needs it.
            first = sorted(value.sources, key=lambda each: not each.operation)
            waiting += [(value, True), *((each, False) for each in reversed(first))]
