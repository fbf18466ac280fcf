"""The learning curves of an exercise that trains: PyTorch's for several rates, and a submission's beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import isfinite
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise
from grader.exercise.training_loop import Training
from grader.graph.diagram import LearningCurves
from grader.reference.oracle import reference

FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""The rates beside a case's own, as multiples of it."""

LEAST_STEPS = 24
"""A shorter training begins over with its data until it has so many steps: a curve of two points says nothing."""

ROOM = 1.25
"""The scale reaches so far above the largest loss of who never moves: it is the same for every rate."""


def learning_curves(
    exercise: Exercise, case: Case, got: Mapping[str, Any] | None = None, factors: Sequence[float] = FACTORS
) -> LearningCurves | None:
    """The curves of a case; None where nothing is trained. `got` is what a submission returned in it."""
    training = exercise.training
    if training is None:
        return None
    rate = float(case.inputs[training.rate])
    rates = tuple(float(f"{rate * each:.10g}") for each in factors)
    runs = tuple(_losses(exercise, training, longer(exercise, _at(case, training, each))) for each in rates)
    still = _losses(exercise, training, longer(exercise, _at(case, training, 0.0)))
    top = ROOM * max(filter(isfinite, still), default=0.0) or 1.0
    mine = _of_submission(training, case, got) if got else ()
    return LearningCurves(training.loss, training.rate, training.first, rates, runs, factors.index(1.0), top, mine)


def longer(exercise: Exercise, case: Case) -> Case:
    """A case with as many steps as make a curve: its data come again and again."""
    training = exercise.training
    assert training
    steps = case.inputs[training.steps]
    times = -(-LEAST_STEPS // len(steps))
    repeated = np.concatenate([steps] * times) if isinstance(steps, np.ndarray) else list(steps) * times
    return replace(case, inputs={**case.inputs, training.steps: repeated})


def _at(case: Case, training: Training, rate: float) -> Case:
    return replace(case, inputs={**case.inputs, training.rate: rate})


def _losses(exercise: Exercise, training: Training, case: Case) -> tuple[float, ...]:
    with np.errstate(all="ignore"):
        return _numbers(training.losses(reference(exercise, case).gradients, case.inputs), case, training)


def _of_submission(training: Training, case: Case, got: Mapping[str, Any]) -> tuple[float, ...]:
    """A submission's curve; none where what it returned makes none."""
    try:
        with np.errstate(all="ignore"):
            return _numbers(training.losses(got, case.inputs), case, training)
    except (TypeError, KeyError, ValueError, OverflowError):
        return ()


def _numbers(losses: Iterable[Any], case: Case, training: Training) -> tuple[float, ...]:
    most = len(case.inputs[training.steps]) + 1 - training.first
    return tuple(float(+each) for each in islice(losses, most))
