"""Tells a difference quotient by its steps, however large: calls of a function that move one input, again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Inputs: TypeAlias = Mapping[str, Any]

Place: TypeAlias = tuple[Any, ...]
"""Where an array or a number lies in the inputs: names, keys and numbers."""

Values: TypeAlias = Mapping[Place, NDArray[Any]]
"""A call's arrays and numbers by their places, those alone that have the shape of the forward's own input."""

Step: TypeAlias = tuple[Place, NDArray[Any]]
"""Which input a call moves, and how far, element by element."""

FIRST, LAST = 4, 8
"""So many calls are remembered: what a quotient begins with, and its two calls, which are close together."""

ROUNDING = 1e-6
"""How much of a float32 the sum of two opposite steps may be off."""

LEAST = 1e5
"""How many last places a step takes an input, at least: with a smaller one a quotient has no more than five digits.

Who computes an input from what the forward has kept, np.arctanh(t), gets it back but for a few.
"""


class DifferenceSteps:
    """The steps that a backward pass takes from the forward's `inputs`, or from one call of the forward to another.

    A call that moves one input as a whole may be the chain rule's: multiply_forward(dout, y). They look like a gradient
    made of differences when

    - elements of one input, or rows of it, are moved each alone by one and the same step, over half of all;
    - a call moves one input, or over half of it, from its value as far as another has moved it the other way;
    - two inputs of several elements are each moved as a whole by one and the same step.

    With small whole numbers that comes about in honest work, too: one case says nothing, many do.
    """

    def __init__(self, inputs: Inputs) -> None:
        self.found = False
        self._inputs = inputs
        self._own = _values(inputs, inputs)
        self._calls: list[Values] = []
        self._taken: list[Step] = []
        self._parts: dict[tuple[Place, float], list[NDArray[np.bool_]]] = {}

    def note(self, given: Inputs) -> None:
        """Takes note of a call of the forward."""
        call = _values(given, self._inputs)
        with np.errstate(all="ignore"):
            if own := _step(call, self._own):
                self.found |= self._is_paired(own)
            steps = [own] if own else (_step(call, earlier) for earlier in reversed(self._calls))
            if part := next((step for step in steps if step and _is_part(step[1])), None):
                self.found |= self._is_covering(*part)
        self._calls = [*self._calls[:FIRST], *self._calls[FIRST:][1 - LAST :], call]

    def _is_paired(self, step: Step) -> bool:
        """Whether a step from the inputs themselves is another's opposite, or the same in another input."""
        place, by = step
        before, self._taken = self._taken, [*self._taken[1 - LAST :], step]
        return any(_opposite(by, moved) if where == place else _same_shift(by, moved) for where, moved in before)

    def _is_covering(self, place: Place, by: NDArray[Any]) -> bool:
        """Whether the steps that move different parts of an input as far come to over half of it."""
        parts = self._parts.setdefault((place, _far(by)), [])
        if not any((part & (by != 0)).any() for part in parts):
            parts.append(by != 0)
        return len(parts) > 1 and _is_over_half(np.any(parts, axis=0))


def is_complex_step(given: Inputs, inputs: Inputs) -> bool:
    """Whether a call has complex numbers where the inputs have real ones."""
    real = _values(inputs, inputs)
    return any(np.imag(value).any() and not np.iscomplexobj(real[at]) for at, value in _values(given, inputs).items())


def _values(given: Inputs, inputs: Inputs) -> Values:
    found = {}
    for name in given.keys() & inputs.keys():
        for place, one, other in _pairs(given[name], inputs[name], (name,)):
            try:
                value = np.asarray(one)
                if value.dtype.kind in "biufc" and value.shape == np.shape(other):
                    # The caller may go on changing its own.
                    found[place] = value.copy()
            except (TypeError, ValueError):
                continue
    return found


def _pairs(given: Any, inputs: Any, place: Place) -> Iterator[tuple[Place, Any, Any]]:
    """Arrays and numbers beside the inputs'; a container that differs in kind or size is beside it as a whole."""
    if isinstance(inputs, dict) and isinstance(given, dict) and given.keys() == inputs.keys():
        for key, value in inputs.items():
            yield from _pairs(given[key], value, (*place, key))
    elif isinstance(inputs, (tuple, list)) and isinstance(given, (tuple, list)) and len(given) == len(inputs):
        for number, value in enumerate(inputs):
            yield from _pairs(given[number], value, (*place, number))
    else:
        yield place, given, inputs


def _step(call: Values, earlier: Values) -> Step | None:
    """Which input a call moves, and how far, element by element, if it keeps the rest; None if it doesn't."""
    if call.keys() != earlier.keys():
        return None
    moved = {place: by for place, value in call.items() if (by := _moved(value, earlier[place])).any()}
    if len(moved) != 1:
        return None
    ((place, by),) = moved.items()
    return (place, by) if np.isfinite(by).all() else None


def _moved(value: NDArray[Any], earlier: NDArray[Any]) -> NDArray[Any]:
    """How far each element is moved, 0 where it is what it was."""
    by = np.subtract(np.real(value), np.real(earlier), dtype=float)
    return np.where(are_same(value, earlier), 0.0, by)


def are_same(value: NDArray[Any], earlier: NDArray[Any]) -> NDArray[Any]:
    """Where numbers are the same but for rounding; complex ones never are."""
    eps = np.finfo(value.dtype).eps if value.dtype.kind in "fc" else 0.0
    by = np.abs(value - earlier) / (1 + np.abs(earlier))
    is_near = (by <= LEAST * eps) & (eps < ROUNDING**2 or _is_scattered(by))
    return np.asarray(((value == earlier) | is_near) & (np.imag(value) == 0))


def _is_scattered(by: NDArray[Any]) -> bool:
    """Whether some elements stay, and others move, one twice as far as another: a step of float32 is so by rounding."""
    moved = by[by > 0]
    return 1 < moved.size < by.size and bool(moved.max() >= 2 * moved.min())


def _is_part(by: NDArray[Any]) -> bool:
    """Whether a step moves a part of the elements, each as far."""
    moved = by[by != 0]
    return 0 < moved.size < by.size and bool(np.ptp(moved) <= ROUNDING * (1 + np.abs(moved[0])))


def _far(by: NDArray[Any]) -> float:
    """How far a step goes, to four digits."""
    return float(f"{np.abs(by).max():.3e}")


def _is_over_half(reached: NDArray[np.bool_]) -> bool:
    return 2 * int(np.count_nonzero(reached)) > reached.size


def _opposite(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return _is_over_half(one != 0) and bool(np.all(np.abs(one + other) <= ROUNDING * (1 + np.abs(one))))


def _same_shift(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two steps each move several elements, all of them as far."""
    if min(one.size, other.size) < 2:
        return False
    step = one.flat[0]
    return all(bool(np.all(np.abs(each - step) <= ROUNDING * (1 + np.abs(step)))) for each in (one, other))
