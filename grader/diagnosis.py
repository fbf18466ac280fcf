"""Which mistake it is: misconceptions run on the same cases, then generic probes, and nothing where neither is sure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from grader.compare import Tolerance, agrees, array_of, tolerance
from grader.exercise import Exercise, Misconception, Value
from grader.observation import Observation
from grader.probes import Pair, probe, relate
from grader.results import Diagnosis

Predictions: TypeAlias = Sequence[tuple[Misconception, Sequence["dict[str, Value] | None"]]]


def diagnose(exercise: Exercise, observations: Sequence[Observation], wrong: Sequence[str]) -> dict[str, Diagnosis]:
    """A diagnosis for each wrong gradient that has one; `wrong` is in the order of the exercise's gradients.

    A misconception is named where its program gives the submission's own values in every case, and no other one does.
    In a network only the first wrong node can have one: those after it are wrong in their own right only if it is
    right.
    """
    if not wrong:
        return {}
    predictions = [
        (each, [_predict(exercise, each, observation) for observation in observations]) for each in exercise.bank
    ]
    found: dict[str, Diagnosis] = {}
    for name in wrong:
        named = _named(exercise, observations, predictions, name, wrong) or _probed(exercise, observations, name)
        if named:
            found[name] = named
    return found


def gradients_of(exercise: Exercise, value: Value) -> dict[str, Value]:
    """A backward's return value by gradient name: bare, in order, or a dict already."""
    if isinstance(value, Mapping):
        return dict(value)
    if len(exercise.gradients) == 1:
        return {exercise.gradients[0]: value}
    return dict(zip(exercise.gradients, value, strict=True))


def _predict(exercise: Exercise, misconception: Misconception, observation: Observation) -> dict[str, Value] | None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return gradients_of(exercise, misconception.backward(*observation.case.arguments))
        except (ArithmeticError, IndexError, ValueError):
            return None


def _named(
    exercise: Exercise, observations: Sequence[Observation], predictions: Predictions, name: str, wrong: Sequence[str]
) -> Diagnosis | None:
    candidates = [
        (misconception, predicted)
        for misconception, predicted in predictions
        if _same(exercise, observations, predicted, name) and not _true(exercise, observations, predicted, name)
    ]
    whole = [
        (misconception, predicted)
        for misconception, predicted in candidates
        if all(_same(exercise, observations, predicted, each) for each in exercise.gradients)
    ]
    chosen = whole or candidates
    if len(chosen) != 1:
        return None
    misconception = chosen[0][0]
    return Diagnosis(misconception.id, name, misconception.claim, misconception.hint)


def _same(
    exercise: Exercise, observations: Sequence[Observation], predicted: Sequence[Mapping[str, Value] | None], name: str
) -> bool:
    """Whether a misconception gives the submission's values of one gradient in every case, or raises where it does."""
    for observation, values in zip(observations, predicted, strict=True):
        mine = observation.got.get(name) if observation.got else None
        if mine is None or values is None:
            if (mine is None) != (values is None):
                return False
        elif not agrees(mine, values[name], _within(exercise, observation)):
            return False
    return True


def _true(
    exercise: Exercise, observations: Sequence[Observation], predicted: Sequence[Mapping[str, Value] | None], name: str
) -> bool:
    return all(
        values is not None
        and agrees(values[name], observation.reference.gradients[name], _within(exercise, observation))
        for observation, values in zip(observations, predicted, strict=True)
    )


def _within(exercise: Exercise, observation: Observation) -> Tolerance:
    return tolerance(observation.case.float32, exercise.rtol)


def _probed(exercise: Exercise, observations: Sequence[Observation], name: str) -> Diagnosis | None:
    """What a generic probe shows in every case, if one does."""
    pairs: list[Pair] = []
    for observation in observations:
        got = array_of(observation.got[name]) if observation.got and name in observation.got else None
        expected = observation.reference.gradients[name]
        if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray):
            return None
        pairs.append(Pair(got, expected, _within(exercise, observation)))
    return probe(name, pairs) or relate(exercise, observations, pairs, name)
