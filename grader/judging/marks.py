"""One gradient in all cases: where it is wrong by itself, where it only follows, and where that says nothing.

What is decided here of each gradient, in this order:

1. A case in which there was an error, or a return value of another kind, before anything came back of it says nothing
   of it: it is *unanswered*, and that is dealt with where points are: see `checks`.
2. It is *wrong* in a case where it is missing, has another form or shape, or differs from PyTorch's by more than the
   case's tolerance. Where nothing but the form is wrong, see `Mismatch`, it is right but for the form.
3. In a network it *follows*, and isn't wrong by itself, where it agrees with what the local gradients make of the
   submission's own gradients upstream of it.
4. Where it follows it is *empty* if that proves nothing: a number as small as the tolerance, where PyTorch's isn't,
   agrees with anything, nan with every nan; and a gradient that is one number in every place of every case was not
   computed.
5. It is *hollow* if fewer than one in `ONE_IN` of the cases that could tell, those where PyTorch's gradient isn't 0,
   are other than empty. Only a hollow gradient loses the points of its empty cases: zeros happen in right work, too.
6. It is *coarse*, and wrong for that, if it agrees everywhere, or fails in float32 and at edges alone, but to a few
   digits only: see `precision`. An exercise with a tolerance of its own asks for no more than that.

An example: a `relu_network` that returns zeros everywhere. da2 is wrong. dz2 = da2 · (z2 > 0) follows from these zeros,
but wherever PyTorch's isn't 0 it is empty: so it is hollow, and earns nothing. Had da2 been zero in one case of many,
dz2 would be empty there and not hollow: it would keep its points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import Mismatch, Row, agrees, mismatch
from grader.judging.observation import Observation
from grader.judging.precision import coarseness, is_fine
from grader.results import State
from grader.text.language import say

ONE_IN = 5
"""One telling case in so many has to say something: a ReLU that is off in the others is nobody's fault."""

FEWEST_CASES = 2
"""In a single case a gradient of one number is right in the ordinary way."""


@dataclass(frozen=True)
class Mark:
    """One gradient in all judged cases, by their numbers: the mismatch in each where it is wrong by itself.

    `forms` has the mismatches that are of form alone; the others are what this module's first lines say.
    """

    name: str
    faults: Mapping[int, Mismatch]
    follows: frozenset[int] = frozenset()
    empty: frozenset[int] = frozenset()
    hollow: bool = False
    forms: Mapping[int, Mismatch] = field(default_factory=dict)
    unanswered: frozenset[int] = frozenset()
    parts: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)
    """Of a result whose entries earn their shares one by one: which of them are right in each case."""

    @property
    def is_missing(self) -> bool:
        """Whether it never came back under its name."""
        return bool(self.faults) and all(fault.kind == "missing" for fault in self.faults.values())

    @property
    def mismatches(self) -> Mapping[int, Mismatch]:
        """Where it is wrong by itself, be it in its form alone."""
        return {**self.forms, **self.faults}

    @property
    def differing(self) -> frozenset[int]:
        """The cases in which it came back, and isn't PyTorch's."""
        return frozenset(self.mismatches) | self.follows | self.empty

    def state(self, number: int) -> State:
        """What it is in one case, in a word."""
        if fault := self.mismatches.get(number):
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
    "axes": "wrong",
    "width": "coarse",
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
    forms: dict[int, Mismatch] = {}
    follows: set[int] = set()
    empty: set[int] = set()
    answered = {number: seen for number, seen in judged.items() if seen.answers(name)}
    parts = {number: _parts(seen, name) for number, seen in judged.items()} if name in exercise.apart else {}
    for number, seen in answered.items():
        wrong = _fault(seen, name)
        if wrong and wrong.is_form:
            forms[number] = wrong
        elif wrong:
            kind = _following(exercise, seen, name, partial(follow, number))
            if kind == "wrong":
                faults[number] = wrong
            else:
                (empty if kind == "empty" else follows).add(number)
    if follows and _is_one_number(answered, name):
        follows, empty = set(), empty | follows
    if not (follows or empty):
        faults = _coarse(exercise, answered, name, faults) | faults
    hollow = _is_hollow(answered, name, empty)
    unanswered = frozenset(judged) - frozenset(answered)
    return Mark(name, faults, frozenset(follows), frozenset(empty), hollow, forms, unanswered, parts)


def _fault(seen: Observation, name: str) -> Mismatch | None:
    assert seen.got is not None
    if name not in seen.got:
        return Mismatch("missing", say("{name} is missing", name=name))
    return mismatch(name, seen.got[name], seen.expected(name), seen.within, seen.reference.says)


def _parts(seen: Observation, name: str) -> dict[str, bool]:
    """The entries of a result that is a dict, and whether each is right, be it in its form."""
    got = (seen.got or {}).get(name)
    there = got if isinstance(got, Mapping) else {}
    expected: Mapping[str, Value] = seen.reference.gradients[name]
    wrong = {key: mismatch(key, there[key], each, seen.within) for key, each in expected.items() if key in there}
    return {key: key in wrong and ((fault := wrong[key]) is None or fault.is_form) for key in expected}


def _following(exercise: Exercise, seen: Observation, name: str, follow: Callable[[], Mapping[str, Array]]) -> State:
    """Whether a gradient that differs only follows, and if so, whether that proves anything."""
    if not exercise.network or seen.got is None or name not in seen.got:
        return "wrong"
    within = seen.within
    followed, expected = follow().get(name), seen.reference.gradients[name]
    if followed is None or not agrees(seen.got[name], followed, within):
        return "wrong"
    if not np.isfinite(followed).all():
        return "empty"
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
    wrong = [judged[number].case for number in faults]
    nearly = all(case.float32 or case.group in ("edges", "conventions") for case in wrong)
    if not nearly or exercise.driver or exercise.rtol is not None:
        return {}
    return coarseness(judged, name, faults)
