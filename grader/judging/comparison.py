"""Returned values against PyTorch's: the first difference, in words that a student can check by eye."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Literal

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Value
from grader.sandbox.wire.records import Plain, Unsupported
from grader.text.language import ENGLISH, language, later, say
from grader.text.numbers import at, nested, number

MOST_NUMBERS = 16
"""An array of more numbers can't be read by eye: it is shown around what is wrong."""

NEAR = 2
"""So many numbers are shown on either side of a wrong one."""


@dataclass(frozen=True)
class Tolerance:
    """Values agree when |got − expected| ≤ atol + rtol · |expected|; `single` where float32 is what went in."""

    rtol: float
    atol: float
    single: bool = field(default=False, compare=False)


FLOAT64 = Tolerance(rtol=1e-7, atol=1e-8)
"""Exact work stays far within it. What a customary clip leaves out does too: σ(−20), below which many forms stop, is
2·10⁻⁹."""

FLOAT32 = Tolerance(rtol=1.3e-6, atol=1e-5, single=True)

NARROW_ATOL = 1e-6
"""For what comes as float32 where only float64 went in: nothing but the way back was computed in it."""


def tolerance(case: Case, rtol: float | None) -> Tolerance:
    """The tolerance for a case: float32's, or float64's, or one with an exercise's own `rtol`.

    Gradients are proportional to dout, and so is what is tolerated where that is large.
    """
    within = FLOAT32 if case.float32 else FLOAT64 if rtol is None else Tolerance(rtol, FLOAT64.atol)
    return Tolerance(within.rtol, within.atol * max(1.0, case.largest), within.single)


@dataclass(frozen=True)
class Mismatch:
    """Why a value is not the expected one: `fact`, a full sentence without its full stop, says it `of` "grad['a']".

    Of two kinds the numbers are right: "axes", where axes of size 1 are too many or too few, and "width", where they
    come as float32.
    """

    kind: Literal["missing", "type", "shape", "value", "precision", "axes", "width"]
    fact: str
    of: str = ""

    @property
    def is_form(self) -> bool:
        """Whether nothing but the form is wrong."""
        return self.kind in ("axes", "width")


def array_of(value: Plain) -> Array | Unsupported:
    """A returned value as an array: nested lists of numbers count as one.

    Gives `Unsupported` for what holds anything but real numbers, or has no shape.
    """
    if isinstance(value, np.ndarray | Unsupported):
        return value
    if isinstance(value, Mapping):
        return Unsupported(later("a dict"))
    if not isinstance(value, list | tuple):
        return np.asarray(value)
    parts: list[Array] = []
    for part in map(array_of, value):
        if isinstance(part, Unsupported):
            return Unsupported(say("a {type} with {part} in it", type=type(value).__name__, part=described(part)))
        parts.append(part)
    if len({part.shape for part in parts}) > 1:
        return Unsupported(say("a {type} of parts with unequal shapes", type=type(value).__name__))
    return np.array(parts)


def agrees(got: Plain, expected: Value, within: Tolerance) -> bool:
    """Whether a value has the expected structure, shapes and numbers; nan agrees with nan."""
    if isinstance(expected, np.ndarray):
        array = array_of(got)
        return isinstance(array, np.ndarray) and array.shape == expected.shape and _all_close(array, expected, within)
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
    return agrees(got, np.asarray(expected), within)


def _all_close(got: Array, expected: Array, within: Tolerance) -> bool:
    """Whether two arrays of one shape agree; for single numbers without arrays, of which some results are full."""
    if expected.ndim == 0 and got.dtype == expected.dtype == np.float64:
        mine, theirs = float(got), float(expected)
        if isfinite(theirs):
            return abs(mine - theirs) <= within.atol + within.rtol * abs(theirs)
    return bool(close(got, expected, within).all())


def close(got: Array, expected: Array, within: Tolerance) -> Array:
    """Elementwise agreement of two arrays of one shape; nan agrees with nan, and an infinity with itself."""
    mine, theirs = got.astype(np.float64, copy=False), expected.astype(np.float64, copy=False)
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
        self._double = [not within.single for _, within in expected]
        self._telling = np.repeat(self._double, [array.size for array in arrays]) & tells(self._values)

    def is_met(self, got: Sequence[Plain]) -> bool:
        """Whether arrays have the expected shapes, and finite numbers that all agree; if not, look at each."""
        if len(got) != len(self._shapes):
            return False
        for each, shape, double in zip(got, self._shapes, self._double, strict=True):
            if not isinstance(each, np.ndarray) or each.shape != shape or (double and is_narrow(each)):
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


def mismatch(name: str, got: Plain, expected: Value, within: Tolerance, says: str = "") -> Mismatch | None:
    """The first difference between a returned value and the expected one, or None if they agree.

    `name` is what the student calls it: "dx"; `says` goes before the expected number: "PyTorch says" if there is none.
    """
    says = says or say("PyTorch says")
    if isinstance(expected, np.ndarray):
        return _mismatch_in_array(name, got, expected, within, says)
    if isinstance(expected, Mapping):
        return _mismatch_in_dict(name, got, expected, within)
    if isinstance(expected, list | tuple):
        return _mismatch_in_sequence(name, got, expected, within)
    return _mismatch_in_array(name, got, np.asarray(expected), within, says)


def off(got: Plain, expected: Value, within: Tolerance) -> Array | None:
    """Where an array differs from the expected one: the first of these is the one that a mismatch names.

    None for what is no array, or has another shape.
    """
    array, right = array_of(got), np.asarray(expected)
    if isinstance(array, Unsupported) or _long_axes(array) != _long_axes(right):
        return None
    return np.asarray(~close(array.reshape(right.shape), right, _allowed(array, within)))


def _allowed(array: Array, within: Tolerance) -> Tolerance:
    """What is tolerated of an array: more where it has float32's digits alone."""
    if within.single or not is_narrow(array):
        return within
    return Tolerance(max(FLOAT32.rtol, within.rtol), within.atol / FLOAT64.atol * NARROW_ATOL)


def _mismatch_in_array(name: str, got: Plain, expected: Array, within: Tolerance, says: str) -> Mismatch | None:
    array = array_of(got)
    if isinstance(array, Unsupported):
        return Mismatch(
            "type",
            say("{name} is {what}, where {kind} belongs", name=name, what=described(array), kind=_kind(expected)),
        )
    narrow = not within.single and is_narrow(array)
    form = Mismatch("width", _width_fact(name, array), name) if narrow else None
    within = _allowed(array, within)
    if array.shape != expected.shape:
        form = Mismatch("axes", _shape_fact(name, got, array, expected), name)
        if _long_axes(array) != _long_axes(expected):
            return replace(form, kind="shape")
        array = array.reshape(expected.shape)
    if _all_close(array, expected, within):
        return form
    if form and form.kind == "axes":
        return replace(form, kind="shape")
    index = _first(~close(array, expected, within))
    of = f"{name}{at(index)}"
    if not np.isfinite(array[index]):
        return Mismatch(
            "value",
            say("{of} is {mine}, {says} {theirs}", of=of, mine=array[index], says=says, theirs=number(expected[index])),
            of,
        )
    mine, theirs = number(array[index]), number(expected[index])
    if mine == theirs:
        mine, theirs = repr(float(array[index])), repr(float(expected[index]))
    return Mismatch("value", f"{of} = {mine}, {says} {theirs}{_around(name, array, expected, index, says)}", of)


def _around(name: str, array: Array, expected: Array, index: tuple[int, ...], says: str) -> str:
    """What a large array has around an element, in words that follow on what it has there; else ""."""
    if array.size <= MOST_NUMBERS or array.shape[-1] == 1:
        return ""
    *before, last = index
    low, high = max(0, last - NEAR), min(array.shape[-1], last + NEAR + 1)
    near: tuple[int | slice, ...] = (*before, slice(low, high))
    place = ", ".join([*map(str, before), f"{low}:{high}"])
    mine, theirs = (nested(each[near].tolist(), number) for each in (array, expected))
    return "" if mine == theirs else f"; {name}[{place}] = {mine}, {says} {theirs}"


def is_narrow(array: Array) -> bool:
    """Whether an array has fewer digits than float64."""
    return array.dtype == np.float32


def _long_axes(array: Array) -> list[int]:
    return [size for size in array.shape if size != 1]


def _width_fact(name: str, array: Array) -> str:
    return say("{name} comes back as {dtype}, though all that goes in is float64", name=name, dtype=array.dtype)


def _first_but_form(found: Iterable[Mismatch | None]) -> Mismatch | None:
    """The first mismatch; one of form alone, where there is no other."""
    form = None
    for each in found:
        if each and not each.is_form:
            return each
        form = form or each
    return form


def _mismatch_in_dict(name: str, got: Plain, expected: Mapping[str, Value], within: Tolerance) -> Mismatch | None:
    if not isinstance(got, Mapping):
        return Mismatch("type", say("{name} is {what}, where a dict belongs", name=name, what=describe(got)))
    return _first_but_form(
        mismatch(f"{name}[{key!r}]", got[key], each, within)
        if key in got
        else Mismatch("type", say("{name} lacks the key {key!r}", name=name, key=key))
        for key, each in expected.items()
    )


def _mismatch_in_sequence(
    name: str, got: Plain, expected: list[Value] | tuple[Value, ...], within: Tolerance
) -> Mismatch | None:
    kind = type(expected).__name__
    if not isinstance(got, list | tuple):
        of = say("a {type} of {count}", type=kind, count=len(expected))
        return Mismatch("type", say("{name} is {what}, where {kind} belongs", name=name, what=describe(got), kind=of))
    if len(got) != len(expected):
        said = say(
            "{name} has {count} parts, and {wanted} belong there", name=name, count=len(got), wanted=len(expected)
        )
        return Mismatch("shape", said)
    return _first_but_form(
        mismatch(f"{name}[{place}]", got[place], each, within) for place, each in enumerate(expected)
    )


def _shape_fact(name: str, got: Plain, array: Array, expected: Array) -> str:
    inner = array_of(got[0]) if isinstance(got, tuple | list) and len(got) == 1 else None
    if isinstance(inner, np.ndarray) and inner.shape == expected.shape:
        return say("{name} is wrapped in a {type} of one; return {name} itself", name=name, type=type(got).__name__)
    if expected.shape == ():
        return say("{name} has the shape {shape}, where a single number belongs", name=name, shape=array.shape)
    return say("{name} has the shape {shape}, and needs {wanted}", name=name, shape=array.shape, wanted=expected.shape)


def _kind(expected: Array) -> str:
    return say("a number") if expected.shape == () else say("an array of shape {shape}", shape=expected.shape)


def describe(value: Plain) -> str:
    """A returned value in a few words: "a tuple of 3", "an array of shape (2,)", "None"."""
    if isinstance(value, Unsupported):
        return described(value)
    if isinstance(value, np.ndarray):
        return _kind(value)
    return say("a {type} of {count}", type=type(value).__name__, count=len(value))


def described(value: Unsupported) -> str:
    """What came back, in words, which were put together where it came back: in English."""
    if language() == ENGLISH:
        return value.description
    if found := re.fullmatch(r"an array of (\d+) dimensions", value.description):
        return say("an array of {count} dimensions", count=found[1])
    found = re.fullmatch(
        r"an? (\w+)(?: array of shape (\([\d, ]*\)))?(, which is too large| with too many items)?", value.description
    )
    if not found:
        return say(value.description)
    kind, shape, rest = found.groups()
    said = say("a {type} array of shape {shape}", type=kind, shape=shape) if shape else say("a {type}", type=kind)
    if not rest:
        return said
    return (
        say("{what} with too many items", what=said)
        if "items" in rest
        else say("{what}, which is too large", what=said)
    )


def _first(wrong: Array) -> tuple[int, ...]:
    return tuple(int(each) for each in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
