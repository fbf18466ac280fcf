"""The case that a failure shows is small, and its call, pasted into a prompt, fails in the same way."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise, Misconception
from grader.judging.comparison import Tolerance, agrees
from grader.results import Finding
from tests import submissions
from tests.conftest import bench
from tests.content.exercises import EXERCISES, PAIRS, mistaken

MOST_NUMBERS = 40
"""In a call; more can't be worked by hand."""

SHOWN = Tolerance(rtol=1e-4, atol=1e-4)
"""A call has six digits of each number."""


def told(exercise: Exercise, wrong: Misconception) -> Finding:
    return mistaken(exercise.name, wrong.id).result.findings[0]


def run(program: str, namespace: dict[str, Any]) -> Any:
    """What the last line of a program gives."""
    *lines, last = program.split("\n")
    exec("\n".join(lines), namespace)
    return eval(last, namespace)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_case_that_is_shown_is_small_enough_to_be_worked_by_hand(exercise: Exercise) -> None:
    for wrong in exercise.bank:
        shown = told(exercise, wrong).call
        assert "#" not in shown, shown
        assert len(re.findall(r"(?<![\w.])-?\d+(?:\.\d*)?", shown)) <= MOST_NUMBERS, shown


@pytest.mark.parametrize("exercise", PAIRS)
def test_the_call_that_is_shown_gives_the_number_that_is_shown(exercise: Exercise) -> None:
    for wrong in exercise.bank:
        hold_that_the_call_gives_the_number(exercise, wrong)


def hold_that_the_call_gives_the_number(exercise: Exercise, wrong: Misconception) -> None:
    finding = told(exercise, wrong)
    assert finding.case is not None, wrong.id
    namespace: dict[str, Any] = {"__name__": "pasted"}
    exec(submissions.mistaken(exercise, wrong), namespace)
    case = bench(exercise.name).cases[finding.case]
    predicted = bench(exercise.name).predictions.of(wrong, case)
    assert predicted is not None, "a case in which it raises leads only where no number is wrong"
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        pasted = exercise.by_name(run(finding.call.replace("\u00a0", " "), namespace))
    assert all(agrees(pasted[name], each, SHOWN) for name, each in predicted.items()), wrong.id


def test_an_engines_call_is_a_program() -> None:
    exercise = bench("engine").exercise
    finding = told(exercise, next(each for each in exercise.bank if each.id == "factors-not-swapped"))
    assert finding.call == "a = Value(2); b = Value(-3); z = a * b; z.backward()"
