"""What the tests share: one sandbox, and the cases with their references, computed once a seed."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import grader.course  # noqa: F401  before a test's nbformat: it saves seconds
from grader import catalog
from grader.judging.bench import Bench
from grader.sandbox.host.worker import Sandbox
from tests import commands
from tests.proof import pytest_terminal_summary  # noqa: F401

ROOT = Path(__file__).parent.parent

LONGEST = """
course/test_autograde explore/test_explore attacks/test_attacks page/test_page content/test_drawings
content/test_catalog content/test_formulas classes/test_resume attacks/test_store_attacks classes/test_grade
test_quality faces/test_kept_answers faces/test_cli page/test_asked_and_shared course/test_course course/test_handout
page/test_stepping course/test_guide content/test_benches faces/test_watch page/test_class_names sandbox/test_endings
sandbox/test_sandbox faces/test_ways attacks/test_burdens page/test_class_address content/test_sentences
course/test_notebook_run course/test_stock_attacks course/test_formgrader page/test_firefox attacks/test_races
faces/test_pytest_grader judge/test_faulty_line content/test_networks sandbox/test_wire_fuzz attacks/test_folders
"""
"""Files, by how long they take: these begin first, so that no worker is left alone with one in the end."""

# A shell starts what it runs in the background with interrupts ignored, and nohup with hang-ups: so would be everything
# that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_configure(config: pytest.Config) -> None:
    """Has pytest-xdist, if it is there, keep to this order, not to how many tests a file has, and its workers share
    what forks their commands; sets a cache apart, and has PyTorch and NumPy compute in one thread.

    A warning is an error here, and in no student's run.
    """
    config.addinivalue_line("filterwarnings", "error")
    config.option.loadscopereorder = False
    # What the tests start shall have a terminal of the usual width.
    os.environ.pop("COLUMNS", None)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Not the user's: what is kept there is nobody's business here, and what is kept here nobody's there.
        cache = tempfile.TemporaryDirectory(prefix="handgrad-cache-")
        config.add_cleanup(cache.cleanup)
        os.environ["XDG_CACHE_HOME"] = cache.name
        # Threads of theirs wait by spinning, on processors that other tests need. OpenBLAS and MKL heed it, too.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        if getattr(config.option, "numprocesses", None):
            commands.share(commands.GRADER, commands.PYTEST)


def pytest_collection_finish() -> None:
    """Has Python look for garbage less often, and not among thousands of tests: that took a twelfth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files that take longest first."""
    places = {f"tests/{file}.py": place for place, file in enumerate(LONGEST.split())}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


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
