"""A case as texts that can be edited, and the case that edited texts make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, prod
from typing import NoReturn

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Input, Value
from grader.exercise.shapes import ANY_SHAPE, Shape, rank, sizes_of
from grader.text.language import later, say

MOST_CHARACTERS = 50_000
"""A longer text isn't read."""

MOST_NUMBERS = 200
"""The numbers that a field takes, unless it began with more."""

LARGEST_INTEGER = 16
"""A stride or a padding beyond that makes arrays that nobody can read, and soon none that memory holds."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_FOREIGN = re.compile(r"[^\d\s.,eE+\-\[\]()]")
_BRACKETS = str.maketrans({"−": "-", "(": "[", ")": "]"})


@dataclass(frozen=True)
class Field:
    """One thing that can be edited: its name, and its value as text."""

    name: str
    text: str


class FieldError(ValueError):
    """What is wrong with the texts, by the name of the field, and under "" what is wrong with them together."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


def fields(exercise: Exercise, case: Case) -> Iterator[Field]:
    """The inputs of a case that are numbers or arrays of a known kind, and its upstream gradient."""
    for spec in exercise.inputs:
        if spec.shape is not None:
            yield Field(spec.name, _text(case.inputs[spec.name]))
    for name, value in _upstream(case.dout).items():
        yield Field(name, _text(value))


def edit(exercise: Exercise, case: Case, texts: Mapping[str, str]) -> Case:
    """The case with the values that the texts say; what isn't among the texts stays. Raises FieldError."""
    reading = _Reading(texts)
    inputs = dict(case.inputs)
    for spec in exercise.inputs:
        if spec.shape is not None:
            inputs[spec.name] = reading.value(spec.name, inputs[spec.name], _typed(spec))
    upstream = {name: reading.value(name, value, np.asarray) for name, value in _upstream(case.dout).items()}
    reading.check()
    sizes = _sizes(exercise, inputs)
    shapes = _out_shapes(exercise, sizes, inputs) if upstream else ()
    for (name, value), shape in zip(upstream.items(), shapes, strict=True):
        if np.shape(value) != shape:
            reading.faults[name] = say(
                "has {shape}; the output has {wanted}", shape=_shaped(np.shape(value)), wanted=_shaped(shape)
            )
    reading.check()
    dout = exercise.out.upstream(map(np.asarray, upstream.values())) if upstream else None
    return Case(later("your case"), "random", inputs, dout)


class _Reading:
    """Reads texts, and keeps what is wrong with each."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.faults: dict[str, str] = {}

    def value(self, name: str, original: Value, convert: Callable[[Array], Value]) -> Value:
        try:
            text = self._texts.get(name, _text(original))
            if not np.size(original) and text == _text(original):
                # "[]" doesn't say how long the axes are that have a length.
                return original
            return convert(_array(text, max(MOST_NUMBERS, np.size(original))))
        except ValueError as error:
            self.faults[name] = str(error)
            return original

    def check(self) -> None:
        """Raises FieldError if anything is wrong so far."""
        if self.faults:
            raise FieldError(self.faults)


def _upstream(dout: Value) -> dict[str, Value]:
    if isinstance(dout, tuple):
        return {f"dout[{place}]": each for place, each in enumerate(dout)}
    return {} if dout is None else {"dout": dout}


def _text(value: Value) -> str:
    """Exactly, a matrix row by row."""
    text = json.dumps(np.asarray(value).tolist())
    whole = re.sub(r"\.0(?=[],]|$)", "", text)
    return re.sub(r"(\]+), (?=\[)", lambda end: f"{end[1]},\n" + " " * (np.ndim(value) - len(end[1])), whole)


def _array(text: str, most: int) -> Array:
    """The array that a text says, in float64, 0-d for a number. Raises ValueError with what is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(say("is too long"))
    text = text.translate(_BRACKETS).strip()
    if not text:
        raise ValueError(say("is empty: a number belongs here, or numbers in brackets"))
    if re.search(r"\b[-+]?(?:nan|inf|infinity|∞)\b|∞", text, re.IGNORECASE):
        raise ValueError(say("has nan or infinity in it, and nothing can be computed with that"))
    if _FOREIGN.search(text):
        _refuse()
    try:
        values = json.loads(_NUMBER.sub(_finite, text))
    except (json.JSONDecodeError, RecursionError):
        _refuse()
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, RecursionError):
        raise ValueError(say("has rows of unequal length")) from None
    if not array.size:
        raise ValueError(say("has no numbers in it"))
    if array.size > most:
        raise ValueError(say("has {count} numbers: {most} are the most", count=array.size, most=most))
    return array


def _finite(match: re.Match[str]) -> str:
    number = float(match[0])
    if not isfinite(number):
        raise ValueError(say("has a number in it that is too large for float64"))
    return repr(number)


def _refuse() -> NoReturn:
    raise ValueError(say("isn't a number, or numbers in brackets like [1, -2] or [[1, 2], [3, 4]]")) from None


def _typed(spec: Input) -> Callable[[Array], Value]:
    """What an input of that kind makes of an array; raises ValueError."""

    def typed(array: Array) -> Value:
        wanted = rank(spec.shape)
        if wanted not in (None, array.ndim):
            raise ValueError(
                say("has {shape}, and {kind} belongs here", shape=_shaped(array.shape), kind=_kind(wanted))
            )
        if spec.integer and (not np.array_equal(array, np.round(array)) or np.abs(array).max() > 2**31):
            raise ValueError(say("takes whole numbers only"))
        if spec.integer and spec.is_number and not 0 <= array <= LARGEST_INTEGER:
            raise ValueError(say("takes a whole number from 0 to {most}", most=LARGEST_INTEGER))
        return spec.convert(array)

    return typed


def _kind(rank: int | None) -> str:
    if not rank:
        return say("a number")
    return say("a row of numbers") if rank == 1 else say("an array of {count} axes", count=rank)


def _sizes(exercise: Exercise, inputs: Mapping[str, Value]) -> dict[str, int | Shape]:
    """The size of each axis, and of `ANY_SHAPE` the shape. Raises FieldError where two inputs disagree."""
    sizes: dict[str, int | Shape] = {}
    first: dict[str, str] = {}
    for spec in exercise.inputs:
        if not spec.shape or (spec.shape == ANY_SHAPE and callable(exercise.out.shape)):
            # With an output shape of its own, shapes need not be the same.
            continue
        for axis, size in sizes_of(spec.shape, inputs[spec.name]).items():
            other = first.setdefault(axis, spec.name)
            if sizes.setdefault(axis, size) != size:
                own, wanted = _size(axis, size), _size(axis, sizes[axis])
                raise FieldError(
                    {spec.name: say("has {own}, and {other} has {wanted}", own=own, other=other, wanted=wanted)}
                )
            least = exercise.minimum.get(axis, 0)
            if isinstance(size, int) and size < least:
                raise FieldError(
                    {spec.name: say("has {own}, and {least} is the least", own=_size(axis, size), least=least)}
                )
    return sizes


def _size(axis: str, size: int | Shape) -> str:
    return f"{axis} = {size}" if isinstance(size, int) else _shaped(size)


def _out_shapes(exercise: Exercise, sizes: Mapping[str, int | Shape], inputs: Mapping[str, Value]) -> tuple[Shape, ...]:
    try:
        shapes = exercise.out.shapes(inputs.values(), sizes)
    except (ArithmeticError, IndexError, ValueError):
        raise FieldError({"": say("these shapes don't go together")}) from None
    if callable(exercise.out.shape) and any(not prod(shape) or min(shape, default=1) < 0 for shape in shapes):
        raise FieldError({"": say("with these shapes nothing comes out")})
    return shapes


def _shaped(shape: Shape) -> str:
    return say("the shape {shape}", shape=shape) if shape else say("no axes")
