"""A bench that has travelled judges as the one that stayed with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from grader import catalog
from grader.reference.upstream import TorchNeededError, local_gradients
from tests.conftest import bench


def test_what_is_not_finite_is_left_to_pytorch() -> None:
    exercise, case = catalog.get("two_layer"), bench("two_layer").cases[0]
    got = {**bench("two_layer").references[0].gradients, "dz2": np.array([np.inf])}
    with pytest.raises(TorchNeededError):
        local_gradients(exercise, case).following(exercise, got)
