"""The catalogue as parameters of tests: what every exercise has to be is asked of each, under its name."""

from __future__ import annotations

import pytest

from grader import catalog

EXERCISES = [pytest.param(each, id=each.name) for each in catalog.every()]
PAIRS = [pytest.param(each, id=each.name) for each in catalog.every() if each.is_pair]
NETWORKS = [pytest.param(each, id=each.name) for each in catalog.every() if each.network]
MISTAKES = [pytest.param(each, wrong, id=f"{each.name}-{wrong.id}") for each in catalog.every() for wrong in each.bank]
PAIRS_MISTAKES = [
    pytest.param(each, wrong, id=f"{each.name}-{wrong.id}")
    for each in catalog.every()
    if each.is_pair
    for wrong in each.bank
]
