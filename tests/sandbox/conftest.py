"""A sandbox for every level, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.sandbox.host.levels import LEVELS
from grader.sandbox.host.worker import Sandbox


@pytest.fixture(scope="session")
def full() -> Iterator[Sandbox]:
    with Sandbox("full") as sandbox:
        yield sandbox


@pytest.fixture(scope="session", params=LEVELS)
def at_each_level(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param) as sandbox:
        yield sandbox


@pytest.fixture(scope="session", params=["full", "limits"])
def with_limits(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param) as sandbox:
        yield sandbox
