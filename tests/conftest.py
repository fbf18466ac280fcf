"""What the tests share: one sandbox, and the cases with their references, computed once a seed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from grader import catalog
from grader.judging.bench import Bench
from grader.sandbox.host.worker import Sandbox

ROOT = Path(__file__).parent.parent

# A shell starts what it runs in the background with interrupts ignored, and nohup with hang-ups: so would be everything
# that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@cache
def bench(name: str, seed: int = 0) -> Bench:
    return Bench(catalog.get(name), seed)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
