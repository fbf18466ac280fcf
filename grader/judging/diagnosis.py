"""Which mistake it is: misconceptions run on the same cases, near formulas, generic probes; nothing if none is sure.

It is decided gradient by gradient, by all that came back. A misconception *gives* a gradient if its program has the
submission's own numbers wherever both answer and one of them isn't PyTorch's. Where the submission doesn't answer, the
rest has to be enough: `ENOUGH` such cases; or it fails in cases where the program gives no number either, and they are
more than conventions.

Of those that give a gradient, the ones come first whose every wrong gradient the submission has: who makes half of a
mistake is told of it only if the claim is about any of its gradients, and so names none but as `{names}`. Of several,
the one that agrees with the submission in the most gradients is the one, and if there is no such one, none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise, Misconception, Value
from grader.exercise.quiet import quiet
from grader.judging.comparison import agrees, array_of
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.judging.probes import Pair, probe
from grader.reference.sheet import Following
from grader.results import Diagnosis
from grader.sandbox.wire.records import Unsupported
from grader.text.language import listed, say

ENOUGH = 2
"""Where a submission fails to answer some cases, numbers that are alike in fewer others may be so by chance."""

ANY = "{names}"
"""In a claim or hint: the gradients that it is said of."""


class Predictions:
    """What each misconception gives in each case: run when it is first asked for, and kept for every submission."""

    def __init__(self, exercise: Exercise, following: Following) -> None:
        self._exercise = exercise
        self._following = following
        self._kept: dict[tuple[str, int], dict[str, Value] | None] = {}
        self._differing: dict[tuple[str, int], frozenset[str]] = {}
        self._by_themselves: dict[tuple[str, int], frozenset[str]] = {}

    @cached_property
    def bank(self) -> tuple[Misconception, ...]:
        """The misconceptions; a right submission asks for none."""
        return self._exercise.bank

    def of(self, misconception: Misconception, case: Case) -> dict[str, Value] | None:
        """A misconception's gradients by name, or None where it raises an error; `case` is one that lives on."""
        key = misconception.id, id(case)
        if key not in self._kept:
            self._kept[key] = gradients_of(self._exercise, misconception.backward, case)
        return self._kept[key]

    def differing(self, misconception: Misconception, seen: Observation) -> frozenset[str]:
        """The gradients that it gets wrong in a case; all where it raises an error."""
        if seen.reference.settled:
            return self._compare(misconception, seen)
        key = misconception.id, id(seen.case)
        if key not in self._differing:
            self._differing[key] = self._compare(misconception, seen)
        return self._differing[key]

    def _compare(self, misconception: Misconception, seen: Observation) -> frozenset[str]:
        values, expected = self.of(misconception, seen.case), seen.reference.gradients
        if values is None:
            return frozenset(expected)
        return frozenset(name for name, each in expected.items() if not agrees(values[name], each, seen.within))

    def wrong_by_themselves(self, misconception: Misconception, seen: Observation) -> frozenset[str]:
        """The gradients that it gets wrong in a case; in a network, without those that only follow from a wrong one."""
        differing, values = self.differing(misconception, seen), self.of(misconception, seen.case)
        if values is None:
            return frozenset()
        if not differing or not self._exercise.network:
            return differing
        key = misconception.id, id(seen.case)
        if key not in self._by_themselves:
            arrays = {name: np.asarray(each) for name, each in values.items()}
            followed = self._following(seen.case, arrays)
            follows = {name for name in followed if agrees(values[name], followed[name], seen.within)}
            self._by_themselves[key] = differing - follows
        return self._by_themselves[key]


def gradients_of(exercise: Exercise, backward: Callable[..., Value], case: Case) -> dict[str, Value] | None:
    """A backward's gradients by name in a case, or None where it raises an error of its numbers."""
    with quiet():
        try:
            return exercise.by_name(backward(*case.arguments))
        except (ArithmeticError, IndexError, ValueError):
            return None


Diagnoses: TypeAlias = Mapping[str, Diagnosis]
"""By gradient, which mistake it is."""

Explain: TypeAlias = Callable[[Sequence[str]], Diagnoses]


class Compared(NamedTuple):
    """A gradient beside a misconception's, where they don't contradict each other.

    `alike` counts the cases in which both have the same wrong numbers; `silent` are those without an answer, of which
    the misconception has no number either in `missed`; `apart` counts those where it alone has none.
    """

    alike: int
    missed: int
    silent: Sequence[Observation]
    apart: int


@dataclass
class Diagnostician:
    """Says which mistake a submission makes, from what all its judged cases showed, and the marks of its gradients."""

    exercise: Exercise
    observations: Sequence[Observation]
    marks: Sequence[Mark]
    predictions: Predictions
    explain: Explain | None = None
    """What says which near formulas some wrong gradients come from, if there is anybody to ask."""
    recall: Callable[[Callable[[], Diagnoses]], Diagnoses] | None = None
    """What knows from an earlier run what a search would find, or else has it done."""
    _comparisons: dict[tuple[str, str], Compared | None] = field(default_factory=dict, init=False, repr=False)
    _diagnoses: Diagnoses | None = field(default=None, init=False, repr=False)

    @property
    def diagnoses(self) -> Diagnoses:
        """A diagnosis for each gradient that is wrong by itself and has one, in the order of the marks.

        Where nothing is wrong but that cases are not answered, at most one gradient has one.
        """
        # Not a cached property: before Python 3.12 these have one lock for all, and others would wait for `explain`.
        if self._diagnoses is None:
            if not any(mark.mismatches or mark.unanswered for mark in self.marks):
                self._diagnoses = {}
            else:
                self._diagnoses = self.recall(self._find) if self.recall else self._find()
        return self._diagnoses

    def _find(self) -> Diagnoses:
        wrong = [mark for mark in self.marks if mark.mismatches]
        if not wrong:
            return self._of_silence()
        known = {mark.name: found for mark in wrong if (found := self._known_mistake(mark.name))}
        swapped = {mark.name: shown for mark in wrong if mark.name not in known and (shown := self._exchanged(mark))}
        unknown = [mark.name for mark in wrong if mark.name not in {*known, *swapped} and not mark.is_missing]
        explained = self.explain(unknown) if self.explain and unknown else {}
        told = {}
        for mark in wrong:
            if each := known.get(mark.name):
                told[mark.name] = _diagnosis(each, mark.name, [name for name, other in known.items() if other is each])
            elif shown := swapped.get(mark.name) or explained.get(mark.name):
                told[mark.name] = shown
            elif probed := self._probe(mark):
                told[mark.name] = probed
        return told

    @cached_property
    def probed(self) -> Diagnoses:
        """What generic probes show of the gradients whose diagnosis is a formula."""
        explained = {name for name, each in self.diagnoses.items() if each.is_formula}
        return {mark.name: found for mark in self.marks if mark.name in explained and (found := self._probe(mark))}

    def _of_silence(self) -> Diagnoses:
        """The one known mistake that fails where the submission doesn't answer, if there is one."""
        silent = [mark.name for mark in self.marks if mark.unanswered]
        known = [(name, found) for name in silent if (found := self._known_mistake(name))]
        if len({found.id for _, found in known}) != 1:
            return {}
        (name, found), *_ = known
        return {name: _diagnosis(found, name, [name])}

    @cached_property
    def explained(self) -> Diagnosis | None:
        """The known mistake that has no number in any case without an answer either, if there is one.

        None where the forward raised an error: what the backward computes is no reason for that.
        """
        silent = [seen for seen in self.observations if any(seen.number in mark.unanswered for mark in self.marks)]
        if not silent or any(seen.fails_forward(self.exercise) for seen in silent):
            return None
        bank = {each.id: each for each in self.predictions.bank}
        for name, found in self.diagnoses.items():
            made = bank.get(found.id)
            if made and all(self._has_no_number(made, name, seen) for seen in silent):
                return found
        return None

    def _known_mistake(self, name: str) -> Misconception | None:
        given = [each for each in self.predictions.bank if self._gives(each, name)]
        made = [each for each in given if self._is_whole(each, name)] or [each for each in given if ANY in each.claim]
        shared = [sum(self._compared(each, other) is not None for other in self.exercise.gradients) for each in made]
        return made[shared.index(max(shared))] if shared and shared.count(max(shared)) == 1 else None

    def _is_whole(self, misconception: Misconception, name: str) -> bool:
        """Whether the submission has all that it gets wrong, this gradient among them."""
        wrong: set[str] = set()
        for seen in self.observations:
            wrong |= self.predictions.wrong_by_themselves(misconception, seen)
        return (name in wrong or not wrong) and all(self._gives(misconception, each) for each in wrong)

    def _has_no_number(self, misconception: Misconception, name: str, seen: Observation) -> bool:
        values = self.predictions.of(misconception, seen.case)
        return values is None or not _is_usable(values[name], seen.reference.gradients[name])

    def _gives(self, misconception: Misconception, name: str) -> bool:
        """Whether its program has the submission's numbers of one gradient, and there are such that tell."""
        alike, missed, silent, apart = self._compared(misconception, name) or (0, 0, [], 0)
        if alike >= ENOUGH or not (silent or apart):
            return alike > 0
        if apart:
            return False
        # Nearly all that can be compared is right: that it fails where the program does has to tell.
        telling = alike or any(seen.case.group != "conventions" for seen in silent)
        return bool(telling) and missed == len(silent)

    def _compared(self, misconception: Misconception, name: str) -> Compared | None:
        """What a gradient of its program is beside the submission's; None where the two contradict each other."""
        key = misconception.id, name
        if key not in self._comparisons:
            self._comparisons[key] = self._compare(misconception, name)
        return self._comparisons[key]

    def _compare(self, misconception: Misconception, name: str) -> Compared | None:
        alike, missed, silent, apart = 0, 0, [], 0
        differing = next(mark.differing for mark in self.marks if mark.name == name)
        for seen in self.observations:
            values = self.predictions.of(misconception, seen.case)
            misses = name in self.predictions.differing(misconception, seen)
            differs = seen.number in differing
            if seen.answers(name) and not (misses or differs):
                continue
            if not seen.answers(name) or (_is_nothing(seen, name) and self._has_no_number(misconception, name, seen)):
                silent.append(seen)
                missed += self._has_no_number(misconception, name, seen)
                alike += misses and values is not None and _agrees(seen, name, values[name])
            elif values is None:
                if not differs:
                    return None
                apart += 1
            elif _agrees(seen, name, values[name]):
                alike += misses
            else:
                return None
        return Compared(alike, missed, silent, apart)

    def _exchanged(self, mark: Mark) -> Diagnosis | None:
        """Whether it is what comes out where dout and another value change places, in every case that is answered."""
        if not self.exercise.textbook or not (pairs := self._pairs(mark)):
            return None
        # Most submissions have no gradient whose mistake isn't known.
        from grader.judging.exchanged import exchanged

        return exchanged(self.exercise, mark.name, pairs)

    def _probe(self, mark: Mark) -> Diagnosis | None:
        """What a generic probe shows in every case that is answered, if one does."""
        return probe(self.exercise, mark.name, pairs) if (pairs := self._pairs(mark)) else None

    def _pairs(self, mark: Mark) -> list[Pair]:
        """A gradient in all cases that are answered; none unless these are most, and more than a width is wrong."""
        answered = [seen for seen in self.observations if seen.answers(mark.name)]
        both = [seen.pair(mark.name) for seen in answered]
        is_width = all(each.kind == "width" for each in mark.mismatches.values())
        if is_width or 2 * len(answered) <= len(self.observations):
            return []
        pairs = [Pair(*each, seen.within, seen) for each, seen in zip(both, answered, strict=True) if each]
        return pairs if len(pairs) == len(answered) else []


def _agrees(seen: Observation, name: str, value: Value) -> bool:
    """Whether a submission's gradient is a misconception's in one case."""
    return seen.got is not None and name in seen.got and agrees(seen.got[name], value, seen.within)


def _is_nothing(seen: Observation, name: str) -> bool:
    """Whether an answer holds no number, or not as many as PyTorch's: a failure in other words."""
    both = seen.pair(name)
    if both is None:
        return False
    got, expected = both
    return got.size != expected.size or (bool(got.size) and not np.isfinite(got).any())


def _is_usable(value: Value, expected: Value) -> bool:
    """Whether what a misconception gives is made of numbers, and is there at all."""
    array = array_of(value)
    if isinstance(array, Unsupported):
        return isinstance(value, Mapping | list | tuple)
    return bool(np.isfinite(array).all()) and (array.size > 0 or not np.size(expected))


def _diagnosis(misconception: Misconception, name: str, alike: Sequence[str]) -> Diagnosis:
    claim, hint = (say(each).replace(ANY, listed(alike)) for each in (misconception.claim, misconception.hint))
    return Diagnosis(misconception.id, name, claim, hint, misconception.formula)
