"""Which mistake it is: misconceptions run on the same cases, then generic probes, and nothing where neither is sure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Misconception, Value
from grader.judging.comparison import Tolerance, agrees, tolerance
from grader.judging.observation import Observation
from grader.judging.probes import Pair, probe
from grader.reference.upstream import Following
from grader.results import Diagnosis


class Predictions:
    """What each misconception gives in each case: run when it is first asked for, and kept for every submission."""

    def __init__(self, exercise: Exercise, following: Following) -> None:
        self.bank = exercise.bank
        self._exercise = exercise
        self._following = following
        self._followed: dict[tuple[str, int], dict[str, Array]] = {}
        self._kept: dict[tuple[str, int], dict[str, Value] | None] = {}

    def of(self, misconception: Misconception, case: Case) -> dict[str, Value] | None:
        """A misconception's gradients by name, or None where it raises an error; `case` is one that lives on."""
        key = misconception.id, id(case)
        if key not in self._kept:
            self._kept[key] = _run(self._exercise, misconception, case)
        return self._kept[key]

    def follow_from(self, misconception: Misconception, case: Case, values: Mapping[str, Value]) -> dict[str, Array]:
        """In a network, the gradients as they follow from those that a misconception gives, which are `values`."""
        key = misconception.id, id(case)
        if key not in self._followed:
            arrays = {name: np.asarray(each) for name, each in values.items()}
            self._followed[key] = self._following(self._exercise, case, arrays)
        return self._followed[key]


def _run(exercise: Exercise, misconception: Misconception, case: Case) -> dict[str, Value] | None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return exercise.by_name(misconception.backward(*case.arguments))
        except (ArithmeticError, IndexError, ValueError):
            return None


@dataclass(frozen=True)
class Diagnostician:
    """Says which mistake a submission makes, from what all its judged cases showed."""

    exercise: Exercise
    observations: Sequence[Observation]
    predictions: Predictions

    def diagnose(self, wrong: Sequence[str]) -> dict[str, Diagnosis]:
        """A diagnosis for each wrong gradient that has one; `wrong` is in the order of the exercise's gradients.

        A misconception is named where its program gives the submission's own values in every case, for this gradient
        and for every other that it gets wrong, and no other one does. In a network only the first wrong node can have
        one: those after it are wrong in their own right only if it is right.
        """
        return {name: found for name in wrong if (found := self._known_mistake(name) or self._probe(name))}

    def _known_mistake(self, name: str) -> Diagnosis | None:
        candidates = [
            misconception
            for misconception in self.predictions.bank
            if self._same(misconception, name)
            and not self._true(misconception, name)
            # Its claim is about all that it gets wrong: who makes half of the mistake is told nothing that isn't true.
            and all(self._same(misconception, each) for each in self._wrong_by_itself(misconception))
        ]
        whole = [each for each in candidates if all(self._same(each, name) for name in self.exercise.gradients)]
        chosen = whole or candidates
        if len(chosen) != 1:
            return None
        return Diagnosis(chosen[0].id, name, chosen[0].claim, chosen[0].hint)

    def _same(self, misconception: Misconception, name: str) -> bool:
        """Whether it gives the submission's values of one gradient in every case, or raises where that does."""
        for seen in self.observations:
            values = self.predictions.of(misconception, seen.case)
            mine = seen.got.get(name) if seen.got else None
            if mine is None or values is None:
                if (mine is None) != (values is None):
                    return False
            elif not agrees(mine, values[name], self._within(seen)):
                return False
        return True

    def _true(self, misconception: Misconception, name: str) -> bool:
        """Whether it gives PyTorch's values of one gradient in every case."""
        for seen in self.observations:
            values = self.predictions.of(misconception, seen.case)
            if values is None or not agrees(values[name], seen.reference.gradients[name], self._within(seen)):
                return False
        return True

    def _wrong_by_itself(self, misconception: Misconception) -> set[str]:
        """The gradients that it gets wrong; in a network, without those that only follow from a wrong one."""
        wrong: set[str] = set()
        for seen in self.observations:
            values = self.predictions.of(misconception, seen.case)
            if values is None:
                continue
            within, expected = self._within(seen), seen.reference.gradients
            differing = {name for name in expected if not agrees(values[name], expected[name], within)} - wrong
            if differing and self.exercise.network:
                followed = self.predictions.follow_from(misconception, seen.case, values)
                differing -= {each for each in followed if agrees(values[each], followed[each], within)}
            wrong |= differing
        return wrong

    def _within(self, seen: Observation) -> Tolerance:
        return tolerance(seen.case.float32, self.exercise.rtol)

    def _probe(self, name: str) -> Diagnosis | None:
        """What a generic probe shows in every case, if one does."""
        pairs: list[Pair] = []
        for seen in self.observations:
            if (both := seen.pair(name)) is None:
                return None
            pairs.append(Pair(*both, self._within(seen), seen))
        return probe(self.exercise, name, pairs)
