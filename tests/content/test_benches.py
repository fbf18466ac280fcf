"""A bench whose answers have travelled, or were kept, judges as the one that has asked PyTorch."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from grader.classes.benches import Portable
from grader.exercise import Exercise
from grader.judging.judgement import judgement
from grader.reference.store import Store
from grader.reference.upstream import following, local_gradients
from tests.conftest import bench
from tests.content.exercises import EXERCISES, NETWORKS
from tests.submissions import answered


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_misconception_is_judged_alike(exercise: Exercise, tmp_path: Path) -> None:
    here, store = bench(exercise.name), Store(tmp_path / "cache" / "handgrad" / "answers")
    store.keep(here.sheet)
    kept = store.find(exercise)
    assert kept is not None
    carried = pickle.loads(pickle.dumps(Portable.of(here))).bench()
    for misconception in here.exercise.bank:
        with np.errstate(all="ignore"):
            run = answered(here, misconception)
            result = judgement(here, "file", run).result
            assert judgement(carried, "file", run).result == result
            assert judgement(here.of(kept), "file", run).result == result


@pytest.mark.parametrize("exercise", NETWORKS)
def test_local_gradients_follow_as_pytorch_does(exercise: Exercise) -> None:
    here, rng = bench(exercise.name), np.random.default_rng(1)
    for case, reference in zip(here.cases, here.references, strict=True):
        got = {name: rng.normal(size=np.shape(gradient)) for name, gradient in reference.gradients.items()}
        second = list(got)[1]
        for given in (got, {**got, second: np.zeros((7, 7))}, {name: got[name] for name in got if name != second}):
            expected, found = (
                following(exercise, case, given),
                local_gradients(exercise, case).following(exercise, given),
            )
            assert set(found) == set(expected)
            for gradient in expected:
                np.testing.assert_allclose(found[gradient], expected[gradient], rtol=1e-12, atol=1e-12)
