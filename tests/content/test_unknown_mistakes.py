"""A mistake that is in no bank, made from one that is, gets a diagnosis that is true of it, or none."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pytest

from grader import catalog
from grader.exercise import Exercise, Misconception, Value
from grader.judging.comparison import agrees, tolerance
from grader.judging.judgement import judgement
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Reply, Run
from tests.conftest import bench
from tests.content.exercises import PAIRS

SEVERAL = [
    pytest.param(each, id=each.name)
    for each in catalog.every()
    if len(each.gradients) > 1 and not each.network and each.is_pair
]


@pytest.mark.parametrize("exercise", SEVERAL)
def test_who_makes_one_part_of_a_mistake_is_not_told_of_the_rest(exercise: Exercise) -> None:
    for misconception in exercise.bank:
        for gradient in exercise.gradients:
            hold_that_the_rest_is_not_told(exercise, misconception, gradient)


def hold_that_the_rest_is_not_told(exercise: Exercise, misconception: Misconception, gradient: str) -> None:
    """One gradient is as in a misconception, the others are right."""
    here = bench(exercise.name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        predicted = predictions(exercise, misconception)
        answers = [
            dict(reference.gradients) | ({gradient: values[gradient]} if values else {})
            for reference, values in zip(here.references, predicted, strict=True)
        ]
        diagnosis = judgement(here, "", answered(exercise, answers)).result.diagnosis
        named = next((each for each in exercise.bank if diagnosis and each.claim == diagnosis.claim), None)
        if named is None:
            return
        for case, reference, answer, values in zip(
            here.cases, here.references, answers, predictions(exercise, named), strict=True
        ):
            within = tolerance(case, exercise.rtol)
            for name, value in (values or {}).items():
                assert agrees(plain(value), answer[name], within) or agrees(
                    plain(value), reference.gradients[name], within
                ), (misconception.id, gradient)


@pytest.mark.parametrize("exercise", PAIRS)
def test_a_gradient_that_is_clipped_does_not_pass(exercise: Exercise) -> None:
    for gradient in exercise.gradients:
        hold_that_clipped_does_not_pass(exercise, gradient)


def hold_that_clipped_does_not_pass(exercise: Exercise, gradient: str) -> None:
    with np.errstate(all="ignore"):
        answers = [
            dict(reference.gradients) | {gradient: np.clip(reference.gradients[gradient], -9, 9)}
            for reference in bench(exercise.name).references
        ]
        result = judgement(bench(exercise.name), "", answered(exercise, answers)).result
    assert result.status == "failed", gradient
    assert result.diagnosis is None, gradient


def predictions(exercise: Exercise, misconception: Misconception) -> list[dict[str, Value] | None]:
    """What a misconception gives in each case, None where it raises."""
    given: list[dict[str, Value] | None] = []
    for case in bench(exercise.name).cases:
        try:
            given.append(exercise.by_name(misconception.backward(*case.arguments)))
        except (ArithmeticError, IndexError, ValueError):
            given.append(None)
    return given


def answered(exercise: Exercise, answers: list[dict[str, Value]]) -> Run:
    """The run of a pair that gives these gradients, and changes nothing."""
    here = bench(exercise.name)
    replies = [
        Reply(results(exercise, reference.out, answer) | {"changed": {}})
        for case, reference, answer in zip(here.cases, here.references, answers, strict=True)
    ]
    return Run(tuple(replies), Ending("finished"))


def results(exercise: Exercise, out: Value, answer: Mapping[str, Value]) -> dict[str, Value]:
    if exercise.network:
        return {"out": plain(out), "gradients": plain(dict(answer))}
    bare = tuple(answer[name] for name in exercise.gradients)
    return {"out": plain(out), "gradients": plain(bare if len(bare) > 1 else bare[0])}
