"""Whether right numbers are exact: a backward pass has fifteen digits, a numerical difference or float32 some ten."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from grader.exercise import Array
from grader.judging.comparison import Mismatch, is_narrow, tells
from grader.judging.observation import Observation
from grader.text.language import say

ENOUGH = 4
"""Fewer coarse numbers than these prove nothing."""

COARSE = 1e-12
"""A quarter of a gradient's numbers are further off than this, relatively, only if more than rounding is at work.

In the worked solutions at most one in sixteen is; central differences leave 1e-11, float32 1e-8. A number that was cast
to float32 on the way shows only where float32 doesn't hold it exactly, which may be in fewer than half of the cases.
"""


def is_fine(errors: Array) -> bool:
    """Whether numbers with these relative errors are exact, or too few to tell."""
    return bool(np.count_nonzero(errors > COARSE) < max(ENOUGH, errors.size / 4))


def coarseness(judged: Mapping[int, Observation], name: str, wrong: Collection[int]) -> dict[int, Mismatch]:
    """The cases, other than the `wrong` ones, where a gradient is coarse; none, if most of it is exact."""
    errors: dict[int, Array] = {}
    telling: list[Array] = [np.empty(0)]
    for number, seen in judged.items():
        both = seen.pair(name)
        if number in wrong or both is None or seen.case.float32 or is_narrow(both[0]):
            continue
        got, expected = both[0].reshape(both[1].shape), both[1]
        counted = expected != 0
        errors[number] = np.abs(got - expected)[counted] / np.abs(expected)[counted]
        telling.append(errors[number][tells(expected[counted])])
    every = np.concatenate(telling)
    if is_fine(every):
        return {}
    median = float(np.median(every[every > COARSE]))
    said = say(
        "{name} has about {count} right digits, and an exact gradient has fifteen",
        name=name,
        count=int(-np.log10(median)),
    )
    return {number: Mismatch("precision", said) for number, each in errors.items() if each.size and each.max() > COARSE}
