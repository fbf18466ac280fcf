"""What an exercise that trains says of its learning curve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from grader.exercise.draws import Value


@dataclass(frozen=True)
class Training:
    """A loop of steps downhill: the inputs that are its learning `rate`, and what has an entry for each of its `steps`.

    `losses(results, inputs)` is the curve of what the loop returns, for inputs by name; it raises TypeError, KeyError
    or ValueError where that is no result of it. `first` is the step that the curve begins with: 0 stands before all
    steps. `loss` says what it is.
    """

    rate: str
    steps: str
    loss: str
    losses: Callable[[Mapping[str, Value], Mapping[str, Value]], Iterable[float]]
    first: int = 1
