"""Worker processes: every item gets its result, whoever dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.classes.engine.cores import cores, shared_out
from grader.classes.engine.processes import AHEAD, workforce
from grader.classes.engine.work import NotDone, WorkersError
from tests.classes import jobs
from tests.classes.waiting import lives, processes, until
from tests.conftest import ROOT
from tests.patience import PATIENCE


def test_every_item_gets_its_own_result(tmp_path: Path) -> None:
    with workforce(jobs.doubling, tmp_path, jobs=2) as running:
        assert dict(running.run(range(100, 150))) == {item: 2 * item for item in range(100, 150)}
        assert dict(running.run([1])) == {1: 2}
    assert len(processes(tmp_path)) == 2


def test_a_death_costs_a_retry_and_an_item_that_kills_fails_alone(tmp_path: Path) -> None:
    with workforce(jobs.doubling, tmp_path, jobs=2) as running:
        results = dict(running.run(range(40)))
    failed = {item: result for item, result in results.items() if isinstance(result, NotDone)}
    assert {item: result for item, result in results.items() if item not in failed} == {
        item: 2 * item for item in range(40) if item not in (7, 13)
    }
    assert failed == {
        7: NotDone("ValueError: seven is not doubled"),
        13: NotDone("3 worker processes died of it (status -9)"),
    }
    assert len(processes(tmp_path)) >= 4, "each of the deaths had a process of its own"


def test_a_worker_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    with workforce(jobs.doubling, tmp_path, jobs=2) as running:
        results = running.run(range(100, 400))
        found = dict(next(results) for _ in range(5))
        os.kill(processes(tmp_path)[0], signal.SIGKILL)
        found |= dict(results)
    assert found == {item: 2 * item for item in range(100, 400)}


def test_few_items_are_taken_ahead(tmp_path: Path) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(100, 200):
            taken.append(item)
            yield item

    with workforce(jobs.doubling, tmp_path, jobs=2) as running:
        for done, _ in enumerate(running.run(items()), 1):
            assert len(taken) <= done + 2 * AHEAD


def test_results_that_nobody_took_are_nobodys_afterwards(tmp_path: Path) -> None:
    with workforce(jobs.doubling, tmp_path, jobs=2) as running:
        next(iter(running.run(range(100, 200))))
        assert dict(running.run(range(5))) == {item: 2 * item for item in range(5)}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (jobs.unmakable, "RuntimeError: no such thing"),
        (jobs.stillborn, r"worker processes end before they have begun \(status 3\)"),
    ],
)
def test_without_workers_there_is_one_clear_error(make: Callable[[str], Callable[[int], int]], said: str) -> None:
    with workforce(make, "no such thing", jobs=2) as running, pytest.raises(WorkersError, match=said):
        list(running.run(range(10)))


def test_workers_hold_what_they_import_and_no_more() -> None:
    import torch  # noqa: F401

    with workforce(jobs.modules, "", jobs=1) as running:
        assert dict(running.run([1])) == {1: False}


def test_a_worker_killed_while_it_starts_costs_nothing() -> None:
    # More than fits into a pipe: what is still to be written must not wait for the dead.
    setup, killed = bytes(5_000_000), set[int]()

    def items() -> Iterator[int]:
        for item in range(20):
            for child in multiprocessing.active_children():
                if len(killed) < 2 and child.pid is not None and child.pid not in killed:
                    child.kill()
                    killed.add(child.pid)
            yield item

    with workforce(jobs.measuring, setup, jobs=2) as running:
        assert dict(running.run(items())) == dict.fromkeys(range(20), len(setup))
    assert len(killed) == 2


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_the_main_process_and_say_nothing(sent: signal.Signals, tmp_path: Path) -> None:
    main = subprocess.Popen(
        [sys.executable, "-m", "tests.classes.sleepers", str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(processes(tmp_path)) == 2)
    working = processes(tmp_path)
    if sent == signal.SIGINT:
        # As Ctrl-C does: to everyone at the terminal.
        os.killpg(main.pid, sent)
    else:
        main.send_signal(sent)
    _, said = main.communicate(timeout=PATIENCE)
    assert said.count("Traceback") == (1 if sent == signal.SIGINT else 0), "of the main process alone"
    assert main.returncode == -sent
    until(lambda: not any(map(lives, working)))


def test_cores_are_shared_out_only_if_there_is_just_one_for_each_worker() -> None:
    mine = cores()
    assert shared_out(len(mine)) == (mine if len(mine) > 1 else [])
    assert shared_out(len(mine) + 1) == shared_out(len(mine) - 1) == []
