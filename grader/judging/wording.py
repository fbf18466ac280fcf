"""The words of a failing case: the call, and the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import close, tolerance
from grader.judging.observation import Observation
from grader.text.numbers import number

NO_BREAK = "\u00a0"

MOST_NUMBERS = 12
MOST_COLUMNS = 60
"""An array of more numbers, or whose text is longer, is shown by its shape."""


def call(exercise: Exercise, case: Case) -> str:
    """The call that failed, with the values it was made with."""
    if exercise.written_call:
        return exercise.written_call(*case.inputs.values())
    inputs = [f"{name}={value(each)}" for name, each in case.inputs.items()]
    if not exercise.is_pair:
        return f"{exercise.functions[0]}({', '.join(inputs)})" if len(exercise.functions) == 1 else ", ".join(inputs)
    cache = f"({', '.join(inputs)})" if len(inputs) > 1 else inputs[0]
    return f"{exercise.name}_backward(dout={value(case.dout)}, cache={cache})" + _layout(case)


def forward_call(exercise: Exercise, case: Case) -> str:
    """The forward's call, with the values it was made with."""
    inputs = ", ".join(f"{name}={value(each)}" for name, each in case.inputs.items())
    return f"{exercise.functions[0]}({inputs})" + _layout(case)


def _layout(case: Case) -> str:
    kinds = [*([case.layout] if case.layout != "contiguous" else []), *(["float32"] if case.float32 else [])]
    return f" with {' and '.join(kinds)} arrays".replace(" ", NO_BREAK) if kinds else ""


def value(each: Value) -> str:
    """A value as it would be typed, in few digits; a large array by its shape. Its spaces don't break."""
    return _text(each).replace(" ", NO_BREAK)


def _text(each: Value) -> str:
    if isinstance(each, np.ndarray):
        return _array(each)
    if isinstance(each, Mapping):
        return "{" + ", ".join(f"{name!r}: {_text(part)}" for name, part in each.items()) + "}"
    if isinstance(each, tuple):
        return f"({', '.join(map(_text, each))})"
    if isinstance(each, list):
        return f"[{', '.join(map(_text, each))}]"
    return number(each) if isinstance(each, int | float) else repr(each)


def _array(each: Array) -> str:
    if not each.size:
        return f"empty array of shape {each.shape}"
    shown = _nested(each.tolist()) if each.size <= MOST_NUMBERS else ""
    return shown if 0 < len(shown) <= MOST_COLUMNS else f"array of shape {each.shape}"


def _nested(numbers: Any) -> str:
    return f"[{', '.join(map(_nested, numbers))}]" if isinstance(numbers, list) else number(numbers)


def place(exercise: Exercise, observations: Sequence[Observation], name: str) -> str:
    """Where an elementwise gradient is wrong, as a condition that holds exactly there: "dout < 0"; "" if none does."""
    wrong: list[Array] = []
    conditions: dict[str, list[Array]] = {}
    for observation in observations:
        both = observation.pair(name)
        if both is None or both[0].shape != both[1].shape:
            return ""
        got, expected = both
        wrong.append(~close(got, expected, tolerance(observation.case.float32, exercise.rtol)))
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
            return f"{first} and {second}"
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
