"""One gradient in all cases: where it is wrong by itself, where it only follows, and where that says nothing.

What is decided here of each gradient, in this order:

1. It is *wrong* in a case where it is missing, has another form or shape, or differs from PyTorch's by more than the
   case's tolerance.
2. In a network it *follows*, and isn't wrong by itself, where it agrees with what the local gradients make of the
   submission's own gradients upstream of it.
3. Where it follows it is *empty* if that proves nothing: a number as small as the tolerance, where PyTorch's isn't,
   agrees with anything; and a gradient that is one number in every place of every case was not computed.
4. It is *hollow* if fewer than one in `ONE_IN` of the cases that could tell, those where PyTorch's gradient isn't 0,
   are other than empty. Only a hollow gradient loses the points of its empty cases: zeros happen in right work, too.
5. It is *coarse*, and wrong for that, if it agrees everywhere, or fails in float32 and at edges alone, but to a few
   digits only: see `precision`. An exercise with a tolerance of its own asks for no more than that.

An example: a `relu_network` that returns zeros everywhere. da2 is wrong. dz2 = da2 · (z2 > 0) follows from these zeros,
but wherever PyTorch's isn't 0 it is empty: so it is hollow, and earns nothing. Had da2 been zero in one case of many,
dz2 would be empty there and not hollow: it would keep its points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.exercise import Array, Exercise
from grader.judging.comparison import Mismatch, Row, agrees, mismatch, tolerance
from grader.judging.observation import Observation
from grader.judging.precision import coarseness, is_fine
from grader.results import State

ONE_IN = 5
"""One telling case in so many has to say something: a ReLU that is off in the others is nobody's fault."""

FEWEST_CASES = 2
"""In a single case a gradient of one number is right in the ordinary way."""


@dataclass(frozen=True)
class Mark:
    """One gradient in all judged cases, by their numbers: the mismatch in each where it is wrong by itself.

    `follows`, `empty` and `hollow` are what this module's first lines say.
    """

    name: str
    faults: Mapping[int, Mismatch]
    follows: frozenset[int] = frozenset()
    empty: frozenset[int] = frozenset()
    hollow: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it never came back under its name."""
        return bool(self.faults) and all(fault.kind == "missing" for fault in self.faults.values())

    @property
    def differs(self) -> int:
        """The number of cases in which it differs from PyTorch's."""
        return len(self.faults) + len(self.follows) + len(self.empty)

    def state(self, number: int) -> State:
        """What it is in one case, in a word."""
        if fault := self.faults.get(number):
            return _STATES[fault.kind]
        if number in self.empty:
            return "empty" if self.hollow else "follows"
        return "follows" if number in self.follows else "right"


_STATES: Mapping[str, State] = {
    "missing": "missing",
    "type": "unusable",
    "shape": "wrong",
    "value": "wrong",
    "precision": "coarse",
}


def mark(
    exercise: Exercise,
    judged: Mapping[int, Observation],
    name: str,
    row: Row | None,
    follow: Callable[[int], Mapping[str, Array]],
) -> Mark:
    """One gradient, marked.

    `row` has what is expected in all cases, where that is one array in each; `follow` gives the gradients of a case as
    they follow from the submission's own. Raises what `follow` raises, which is asked only where a network is wrong.
    """
    answers = [seen.got.get(name) if seen.got else None for seen in judged.values()]
    if row is not None and row.is_met(answers):
        # In one go, for most gradients are right: a closer look would say the same.
        return Mark(name, {} if is_fine(row.errors(answers)) else _coarse(exercise, judged, name, {}))
    faults: dict[int, Mismatch] = {}
    follows: set[int] = set()
    empty: set[int] = set()
    for number, seen in judged.items():
        if wrong := _fault(exercise, seen, name):
            kind = _following(exercise, seen, name, wrong, partial(follow, number))
            if kind == "wrong":
                faults[number] = wrong
            else:
                (empty if kind == "empty" else follows).add(number)
    if follows and _is_one_number(judged, name):
        follows, empty = set(), empty | follows
    if not (follows or empty):
        faults = _coarse(exercise, judged, name, faults) | faults
    return Mark(name, faults, frozenset(follows), frozenset(empty), _is_hollow(judged, name, empty))


def _fault(exercise: Exercise, seen: Observation, name: str) -> Mismatch | None:
    if seen.got is None:
        return Mismatch("type", seen.problem)
    if name not in seen.got:
        return Mismatch("missing", f"{name} is missing")
    within = tolerance(seen.case.float32, exercise.rtol)
    return mismatch(name, seen.got[name], seen.reference.gradients[name], within, seen.reference.says)


def _following(
    exercise: Exercise, seen: Observation, name: str, wrong: Mismatch, follow: Callable[[], Mapping[str, Array]]
) -> State:
    """Whether a gradient that differs only follows, and if so, whether that proves anything."""
    if not exercise.network or seen.got is None or wrong.kind == "missing":
        return "wrong"
    within = tolerance(seen.case.float32, exercise.rtol)
    followed, expected = follow().get(name), seen.reference.gradients[name]
    if followed is None or not np.isfinite(followed).all() or not agrees(seen.got[name], followed, within):
        return "wrong"
    return "empty" if np.any((np.abs(followed) <= within.atol) & (np.abs(expected) > within.atol)) else "follows"


def _is_one_number(judged: Mapping[int, Observation], name: str) -> bool:
    """Whether a gradient is the same number in every place of every case."""
    if len(judged) < FEWEST_CASES:
        return False
    values = [arrays[name].ravel() for seen in judged.values() if name in (arrays := seen.arrays)]
    return np.unique(np.concatenate(values)).size == 1


def _is_hollow(judged: Mapping[int, Observation], name: str, empty: set[int]) -> bool:
    telling = [number for number, seen in judged.items() if empty and np.any(seen.reference.gradients[name])]
    return ONE_IN * (len(telling) - len(empty)) < len(telling)


def _coarse(
    exercise: Exercise, judged: Mapping[int, Observation], name: str, faults: Mapping[int, Mismatch]
) -> dict[int, Mismatch]:
    """The cases in which a gradient is coarse; none unless it is right, or fails in float32 and at edges alone."""
    nearly = all(judged[number].case.float32 or judged[number].case.group == "edges" for number in faults)
    if not nearly or exercise.driver or exercise.rtol is not None:
        return {}
    return coarseness(judged, name, faults)
