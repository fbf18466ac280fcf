"""Returned values against PyTorch's: the first difference, in words that a student can check by eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.exercise import Array, Value
from grader.sandbox.wire.records import Plain, Unsupported
from grader.text.numbers import at, number


@dataclass(frozen=True)
class Tolerance:
    """Values agree when |got − expected| ≤ atol + rtol · |expected|."""

    rtol: float
    atol: float


FLOAT64 = Tolerance(rtol=1e-7, atol=1e-9)
FLOAT32 = Tolerance(rtol=1.3e-6, atol=1e-5)


def tolerance(float32: bool, rtol: float | None) -> Tolerance:
    """The tolerance for a case: float32's, or float64's, or one with an exercise's own `rtol`."""
    if float32:
        return FLOAT32
    return FLOAT64 if rtol is None else Tolerance(rtol, FLOAT64.atol)


@dataclass(frozen=True)
class Mismatch:
    """Why a value is not the expected one. `fact` is a full sentence without its full stop."""

    kind: Literal["missing", "type", "shape", "value", "precision"]
    fact: str


def array_of(value: Plain) -> Array | Unsupported:
    """A returned value as an array: nested lists of numbers count as one.

    Gives `Unsupported` for what holds anything but real numbers, or has no shape.
    """
    if isinstance(value, np.ndarray | Unsupported):
        return value
    if isinstance(value, Mapping):
        return Unsupported("a dict")
    if not isinstance(value, list | tuple):
        return np.asarray(value)
    parts: list[Array] = []
    for part in map(array_of, value):
        if isinstance(part, Unsupported):
            return Unsupported(f"a {type(value).__name__} with {part.description} in it")
        parts.append(part)
    if len({part.shape for part in parts}) > 1:
        return Unsupported(f"a {type(value).__name__} of parts with unequal shapes")
    return np.array(parts)


def agrees(got: Plain, expected: Value, within: Tolerance) -> bool:
    """Whether a value has the expected structure, shapes and numbers; nan agrees with nan."""
    if isinstance(expected, Mapping):
        return isinstance(got, Mapping) and all(
            name in got and agrees(got[name], each, within) for name, each in expected.items()
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(expected)
            and all(agrees(mine, theirs, within) for mine, theirs in zip(got, expected, strict=True))
        )
    array = array_of(got)
    if isinstance(array, Unsupported) or array.shape != np.shape(expected):
        return False
    return bool(np.all(close(array, np.asarray(expected), within)))


def close(got: Array, expected: Array, within: Tolerance) -> Array:
    """Elementwise agreement of two arrays of one shape; nan agrees with nan, and an infinity with itself."""
    mine, theirs = got.astype(np.float64), expected.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.asarray(np.abs(mine - theirs) <= within.atol + within.rtol * np.abs(theirs))
    finite = np.isfinite(theirs)
    if finite.all():
        return near
    # inf ≤ inf holds for any number against an infinite one: only finite ones are near.
    return np.asarray((near & finite) | (mine == theirs) | (np.isnan(mine) & np.isnan(theirs)))


def tells(expected: Array) -> Array:
    """Which numbers would show that they were computed in float32: not those, such as 0, that float32 holds exactly."""
    with np.errstate(over="ignore"):
        return np.asarray(expected != expected.astype(np.float32))


class Row:
    """Expected arrays in a row, to see at once whether all are met: most answers are right in every case.

    Each array comes with the tolerance that is allowed for it.
    """

    def __init__(self, expected: Sequence[tuple[Value, Tolerance]]) -> None:
        arrays = [np.asarray(value) for value, _ in expected]
        self._shapes = [array.shape for array in arrays]
        self._values = np.concatenate([array.astype(np.float64).ravel() for array in arrays])
        self._bounds = np.concatenate(
            [
                np.broadcast_to(within.atol + within.rtol * np.abs(array), array.shape).ravel()
                for array, (_, within) in zip(arrays, expected, strict=True)
            ]
        )
        double = np.repeat([within != FLOAT32 for _, within in expected], [array.size for array in arrays])
        self._telling = double & tells(self._values)

    def is_met(self, got: Sequence[Plain]) -> bool:
        """Whether arrays have the expected shapes, and finite numbers that all agree; if not, look at each."""
        if len(got) != len(self._shapes):
            return False
        for each, shape in zip(got, self._shapes, strict=True):
            if not isinstance(each, np.ndarray) or each.shape != shape:
                return False
        with np.errstate(invalid="ignore", over="ignore"):
            differences = np.abs(np.concatenate([each.ravel() for each in got], dtype=np.float64) - self._values)
            # What is nan, or infinite on either side, is within no bounds.
            return bool((differences <= self._bounds).all()) and bool(np.isfinite(self._bounds).all())

    def errors(self, got: Sequence[Plain]) -> Array:
        """The relative errors of arrays that meet it, where they tell float64 from float32."""
        each = np.concatenate([np.ravel(array) for array in got], dtype=np.float64)[self._telling]
        expected = self._values[self._telling]
        return np.asarray(np.abs(each - expected) / np.abs(expected))


def mismatch(name: str, got: Plain, expected: Value, within: Tolerance, says: str = "PyTorch says") -> Mismatch | None:
    """The first difference between a returned value and the expected one, or None if they agree.

    `name` is what the student calls it: "dx"; `says` goes before the expected number.
    """
    if isinstance(expected, Mapping):
        return _mismatch_in_dict(name, got, expected, within)
    if isinstance(expected, list | tuple):
        return _mismatch_in_sequence(name, got, expected, within)
    array, expected = array_of(got), np.asarray(expected)
    if isinstance(array, Unsupported):
        return Mismatch("type", f"{name} is {array.description}, where {_kind(expected)} belongs")
    if array.shape != expected.shape:
        return Mismatch("shape", _shape_fact(name, got, array, expected))
    finite = np.isfinite(array)
    if not finite.all():
        index = _first(~finite)
        fact = f"{name}{at(index)} is {array[index]}, {says} {number(expected[index])}"
        return Mismatch("value", fact)
    right = close(array, expected, within)
    if right.all():
        return None
    index = _first(~right)
    mine, theirs = number(array[index]), number(expected[index])
    if mine == theirs:
        mine, theirs = repr(float(array[index])), repr(float(expected[index]))
    return Mismatch("value", f"{name}{at(index)} = {mine}, {says} {theirs}")


def _mismatch_in_dict(name: str, got: Plain, expected: Mapping[str, Value], within: Tolerance) -> Mismatch | None:
    if not isinstance(got, Mapping):
        return Mismatch("type", f"{name} is {describe(got)}, where a dict belongs")
    for key, each in expected.items():
        if key not in got:
            return Mismatch("type", f"{name} lacks the key {key!r}")
        if found := mismatch(f"{name}[{key!r}]", got[key], each, within):
            return found
    return None


def _mismatch_in_sequence(
    name: str, got: Plain, expected: list[Value] | tuple[Value, ...], within: Tolerance
) -> Mismatch | None:
    kind = type(expected).__name__
    if not isinstance(got, list | tuple):
        return Mismatch("type", f"{name} is {describe(got)}, where a {kind} of {len(expected)} belongs")
    if len(got) != len(expected):
        return Mismatch("shape", f"{name} has {len(got)} parts, and {len(expected)} belong there")
    for place, each in enumerate(expected):
        if found := mismatch(f"{name}[{place}]", got[place], each, within):
            return found
    return None


def _shape_fact(name: str, got: Plain, array: Array, expected: Array) -> str:
    inner = array_of(got[0]) if isinstance(got, tuple | list) and len(got) == 1 else None
    if isinstance(inner, np.ndarray) and inner.shape == expected.shape:
        return f"{name} is wrapped in a {type(got).__name__} of one; return {name} itself"
    if expected.shape == ():
        return f"{name} has the shape {array.shape}, where a single number belongs"
    return f"{name} has the shape {array.shape}, and needs {expected.shape}"


def _kind(expected: Array) -> str:
    return "a number" if expected.shape == () else f"an array of shape {expected.shape}"


def describe(value: Plain) -> str:
    """A returned value in a few words: "a tuple of 3", "an array of shape (2,)", "None"."""
    if isinstance(value, Unsupported):
        return value.description
    if isinstance(value, np.ndarray):
        return _kind(value)
    return f"a {'dict' if isinstance(value, Mapping) else type(value).__name__} of {len(value)}"


def _first(wrong: Array) -> tuple[int, ...]:
    return tuple(int(each) for each in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
