"""Whether right numbers are exact: a backward pass has fifteen digits, a numerical difference or float32 some ten."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from grader.compare import Mismatch
from grader.exercise import Array
from grader.observation import Observation

ENOUGH = 8
"""Fewer numbers than these prove nothing."""

COARSE = 1e-12
"""Half of a gradient's numbers are further off than this, relatively, only if more than rounding is at work.

In the worked solutions the median is under 1e-15; central differences leave 1e-11, float32 1e-8.
"""


def is_fine(errors: Array) -> bool:
    """Whether numbers with these relative errors are exact, or too few to tell."""
    return bool(errors.size < ENOUGH or 2 * np.count_nonzero(errors <= COARSE) > errors.size)


def coarseness(judged: Sequence[Observation], name: str, wrong: Collection[int]) -> dict[int, Mismatch]:
    """The cases, other than the `wrong` ones, where a gradient is coarse; none, if most of it is exact."""
    errors: dict[int, Array] = {}
    for number, seen in enumerate(judged):
        both = seen.arrays(name)
        if number in wrong or both is None or seen.case.float32:
            continue
        got, expected = both
        counted = expected != 0
        errors[number] = np.abs(got - expected)[counted] / np.abs(expected)[counted]
    every = np.concatenate([*errors.values(), np.empty(0)])
    if is_fine(every):
        return {}
    median = float(np.median(every))
    if median <= COARSE:
        return {}
    said = f"{name} has about {int(-np.log10(median))} right digits, and an exact gradient has fifteen"
    return {number: Mismatch("precision", said) for number, each in errors.items() if each.size and each.max() > COARSE}
