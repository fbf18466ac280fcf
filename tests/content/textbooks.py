"""The exercises that have textbooks, as parameters of tests."""

from __future__ import annotations

import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise
from grader.formula.index import Index, load

WITH_TEXTBOOK = [each for each in catalog.every() if each.textbook]
TEXTBOOKS = [pytest.param(each, id=each.name) for each in WITH_TEXTBOOK]
SAMPLE = 12
"""Of so many formulas of each exercise something is asked: of all of them it would take minutes."""


def index_of(exercise: Exercise) -> Index:
    """The near formulas that are kept of an exercise with a textbook."""
    kept = load(exercise.name)
    assert kept is not None, "run `grader sync`"
    return kept


def judged(exercise: Exercise, seed: int) -> list[Case]:
    """The cases of a seed by which gradients are judged."""
    return [case for case in cases(exercise, seed) if case.group != "unchanged"]
