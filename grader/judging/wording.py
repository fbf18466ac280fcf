"""The words of a failing case: the call, and the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import MOST_NUMBERS, close
from grader.judging.observation import Observation
from grader.text.language import later, listed, say
from grader.text.numbers import nested, number

NO_BREAK = "\u00a0"

LARGE = "..."

MOST_COLUMNS = 78
"""What a line of Python has at most, if it isn't a single value."""


def call(exercise: Exercise, case: Case, result: str = "") -> str:
    """The call that failed, as lines of Python that fail in the same way where NumPy is np.

    `result` is what is wrong, as a fact calls it ("dx[0]"). Arguments go by their places, as they did: their names are
    the student's own.
    """
    if exercise.written_call:
        return exercise.written_call(result, *case.inputs.values()) + _layout(case)
    if exercise.is_pair:
        forward, backward = exercise.functions
        whole = f"{backward}(dout, {forward}({', '.join(case.inputs)})[1])"
        return _program({**case.inputs, "dout": case.dout}, whole) + _layout(case)
    whole = result.partition("[")[0]
    made = next((each for each in exercise.calls if each.result == whole), exercise.calls[0])
    given = {name: case.inputs[name] for name in made.arguments}
    return _program(given, f"{made.function}({', '.join(given)})") + _layout(case)


def forward_call(exercise: Exercise, case: Case) -> str:
    """The forward's call, with the values it was made with."""
    return _program(case.inputs, f"{exercise.functions[0]}({', '.join(case.inputs)})") + _layout(case)


def _program(given: Mapping[str, Value], made: str) -> str:
    """Assignments, as many in a line as fit, and what is made of them."""
    lines: list[str] = []
    for name, each in given.items():
        assigned = f"{name} = {typed(each)}"
        if isinstance(each, np.ndarray) and assigned.endswith(LARGE):
            assigned += f"  # {say('an array of shape {shape}', shape=each.shape)}"
        if lines and len(lines[-1]) + len(assigned) + 2 <= MOST_COLUMNS and "#" not in lines[-1] + assigned:
            lines[-1] += f"; {assigned}"
        else:
            lines.append(assigned)
    return "\n".join([*lines, made])


def _layout(case: Case) -> str:
    return "" if case.layout == "contiguous" else f"  # {say(_LAYOUTS[case.layout])}"


_LAYOUTS = {"non-contiguous": later("with non-contiguous arrays"), "read-only": later("with read-only arrays")}


def typed(each: Value) -> str:
    """A value as Python, in few digits; a large array as `...`."""
    return _written(each, _typed_array, lambda one: _real(one) if isinstance(one, float) else repr(one), '"{}"'.format)


def value(each: Value) -> str:
    """A value as it would be typed, in few digits; a large array by its shape. Its spaces don't break."""
    text = _written(each, _array, lambda one: number(one) if isinstance(one, int | float) else repr(one), repr)
    return text.replace(" ", NO_BREAK)


def _written(
    each: Value, array: Callable[[Array], str], single: Callable[[Any], str], key: Callable[[str], str]
) -> str:
    """A value that may be nested: arrays, single values and the keys of dicts, each kind written by a function."""

    def inner(part: Value) -> str:
        return _written(part, array, single, key)

    if isinstance(each, np.ndarray):
        return array(each)
    if isinstance(each, Mapping):
        return "{" + ", ".join(f"{key(name)}: {inner(part)}" for name, part in each.items()) + "}"
    if isinstance(each, tuple):
        return f"({', '.join(map(inner, each))}{',' if len(each) == 1 else ''})"
    return f"[{', '.join(map(inner, each))}]" if isinstance(each, list) else single(each)


def _typed_array(each: Array) -> str:
    kind = "" if each.dtype in (np.float64, np.int64, np.bool_) and each.size else f", dtype=np.{each.dtype}"
    if not each.size:
        return f"np.zeros({each.shape}{kind.removesuffix(', dtype=np.float64')})"
    shown = nested(each.tolist(), _short_real if each.dtype.kind == "f" else repr) if each.size <= MOST_NUMBERS else ""
    return f"np.array({shown}{kind})" if 0 < len(shown) <= MOST_COLUMNS else LARGE


def _short_real(each: float) -> str:
    """A float as NumPy writes it: "2."."""
    shown = number(each)
    if not isfinite(each):
        return f"np.{shown}"
    return f"{shown}." if shown.lstrip("-").isdigit() else shown


def _real(each: float) -> str:
    """A float as Python writes it: "2.0"."""
    shown = _short_real(each)
    return f"{shown}0" if shown.endswith(".") else shown


def _array(each: Array) -> str:
    if not each.size:
        return say("empty array of shape {shape}", shape=each.shape)
    shown = nested(each.tolist(), number) if each.size <= MOST_NUMBERS else ""
    return shown if 0 < len(shown) <= MOST_COLUMNS else say("array of shape {shape}", shape=each.shape)


def place(exercise: Exercise, observations: Sequence[Observation], name: str) -> str:
    """Where an elementwise gradient is wrong, as a condition that holds exactly there: "dout < 0"; "" if none does."""
    wrong: list[Array] = []
    conditions: dict[str, list[Array]] = {}
    for observation in observations:
        both = observation.pair(name)
        if both is None or both[0].shape != both[1].shape:
            return ""
        got, expected = both
        wrong.append(~close(got, expected, observation.within))
        for text, holds in _conditions(observation.case, expected.shape).items():
            conditions.setdefault(text, []).append(holds)
    flat = np.concatenate([each.ravel() for each in wrong])
    if flat.all() or not flat.any():
        return ""
    masks = {
        text: np.concatenate([each.ravel() for each in parts])
        for text, parts in conditions.items()
        if len(parts) == len(wrong)
    }
    for text, mask in masks.items():
        if np.array_equal(mask, flat):
            return text
    for (first, one), (second, two) in combinations(masks.items(), 2):
        if np.array_equal(one & two, flat):
            return listed([first, second])
    return ""


def _conditions(case: Case, shape: tuple[int, ...]) -> dict[str, Array]:
    named = {"dout": case.dout, **case.inputs}
    arrays = {name: each for name, each in named.items() if isinstance(each, np.ndarray) and each.shape == shape}
    if not shape:
        return {}
    conditions: dict[str, Array] = {}
    for name, array in arrays.items():
        conditions |= {f"{name} < 0": array < 0, f"{name} > 0": array > 0, f"{name} = 0": array == 0}
        conditions |= {f"{name} ≤ 0": array <= 0, f"{name} ≥ 0": array >= 0}
    for (first, one), (second, two) in combinations([item for item in arrays.items() if item[0] != "dout"], 2):
        conditions |= {
            f"{first} < {second}": one < two,
            f"{first} > {second}": one > two,
            f"{first} = {second}": one == two,
        }
    return conditions
