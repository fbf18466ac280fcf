"""A grader that is killed while it judges attacks leaves no process behind, at whatever moment that is."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from grader.sandbox.host.levels import LEVELS
from tests.attacks.attack import FILES
from tests.attacks.canary import ROOT, processes
from tests.patience import PATIENCE

MOMENTS = 3
"""How often a grader is killed, at each level and as pytest."""

JUDGED = """
import itertools, sys
from pathlib import Path
from grader.sandbox.host.worker import Sandbox
from tests.attacks.runner import bench

with Sandbox(sys.argv[1]) as sandbox:
    for path in itertools.cycle(sys.argv[2:]):
        sandbox.run(bench("relu", 0.5).job(Path(path).read_bytes()))
        print(path, flush=True)
"""

ATTACKS = (
    *("101_endless_loop", "103_sleep_ignoring_signals", "301_output_flood", "303_reply_flood", "304_half_a_reply"),
    *("213_opens_everything", "601_exit_zero", "607_segmentation_fault", "617_fork_bomb", "622_subprocess"),
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def killed(command: list[str], seconds: float) -> int:
    """The process id of a command that was killed after so many seconds."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()
    return process.pid


def leaves_nothing_behind(grader: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while left := processes(grader):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return not left


@pytest.mark.parametrize("level", LEVELS)
def test_a_grader_that_is_killed_while_it_runs_attacks_leaves_nothing_behind(level: str) -> None:
    rng = random.Random(level)
    for _ in range(MOMENTS):
        paths = [str(FILES / f"{name}.py") for name in rng.sample(ATTACKS, len(ATTACKS))]
        assert leaves_nothing_behind(killed([sys.executable, "-c", JUDGED, level, *paths], rng.uniform(0.2, 1.8)))


def test_a_run_of_pytest_that_is_killed_leaves_nothing_behind() -> None:
    rng = random.Random(0)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "grader", "--submission", "solutions"]
    for _ in range(MOMENTS):
        assert leaves_nothing_behind(killed(command, rng.uniform(0.2, 1.8)))


def test_a_grader_is_seen_as_long_as_it_runs() -> None:
    paths = [str(FILES / "103_sleep_ignoring_signals.py")]
    with subprocess.Popen([sys.executable, "-c", JUDGED, "full", *paths], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert processes(process.pid)
        process.kill()
    assert leaves_nothing_behind(process.pid)
