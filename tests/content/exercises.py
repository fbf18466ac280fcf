"""The catalogue as parameters of tests: what every exercise has to be is asked of each, under its name."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from grader import catalog
from grader.judging.judgement import Judgement, judgement
from tests.conftest import bench
from tests.submissions import answered

EXERCISES = [pytest.param(each, id=each.name) for each in catalog.every()]
PAIRS = [pytest.param(each, id=each.name) for each in catalog.every() if each.is_pair]
NETWORKS = [pytest.param(each, id=each.name) for each in catalog.every() if each.network]


@cache
def mistaken(exercise: str, wrong: str) -> Judgement:
    """The judgement on what a misconception's own program gives."""
    here = bench(exercise)
    with np.errstate(all="ignore"):
        made = next(each for each in here.exercise.bank if each.id == wrong)
        return judgement(here, "", answered(here, made))
