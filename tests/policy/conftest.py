"""Every policy is proved without PyTorch: importing it takes longer than all these tests together."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def without_torch() -> Iterator[None]:
    was_there = "torch" in sys.modules
    yield
    assert was_there or "torch" not in sys.modules, "the test has imported torch"
