"""A Dask cluster gets its work in tasks that cost it little, and is left as it was found."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from operator import length_hint
from pathlib import Path
from typing import Any

import pytest

from grader.classes.engine.processes import workforce
from grader.classes.engine.work import NotDone
from tests.classes import jobs
from tests.classes.classes import dask_cluster
from tests.conftest import ROOT
from tests.patience import PATIENCE
from tests.proof import needs


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """That of a Dask cluster of two workers."""
    needs("distributed")
    with dask_cluster() as (found, *_processes):
        yield found


def test_bundles_are_smaller_at_the_end_and_nothing_is_read_far_ahead() -> None:
    needs("distributed")
    from grader.classes.engine.cluster import bundled

    items = iter(range(100))
    given: list[int] = []
    sizes = []
    for bundle in bundled(items, tasks=6, size=lambda: 4):
        sizes.append(len(bundle))
        given += bundle
        assert 100 - length_hint(items) - len(given) < 24
    assert given == list(range(100))
    assert sizes == [4] * 21 + [3, 3, 2, 2] + [1] * 6


def test_a_bundle_has_as_many_items_as_are_asked_for_when_it_is_made() -> None:
    needs("distributed")
    from grader.classes.engine.cluster import bundled

    asked = iter([1, 1, 3, 16, 1])
    sizes = [len(bundle) for bundle in bundled(range(40), tasks=2, size=lambda: next(asked, 16))]
    assert sizes == [1, 1, 3, 16, 1, 9, 5, 2, 1, 1]


@pytest.mark.parametrize(("seconds", "items"), [(20.0, 1), (0.6, 1), (0.5, 2), (0.3, 3), (0.07, 14), (0.001, 16)])
def test_a_task_has_what_takes_a_second_but_no_more_than_sixteen_items(seconds: float, items: int) -> None:
    needs("distributed")
    from grader.classes.engine.cluster import affordable

    assert affordable(seconds) == items


WORKING = """
import sys
from pathlib import Path
from grader.classes.engine.processes import workforce
from tests.classes import jobs
with workforce(jobs.waiting, Path(sys.argv[1]), jobs=1, dask=sys.argv[2]) as running:
    assert sorted(dict(running.run(range(12)))) == list(range(12))
    print("done", flush=True)
    sys.stdin.read()
"""
"""Work that waits for a file `go`, and then for the end of the standard input."""


@pytest.mark.parametrize("how", ["to the end", "killed", "with a worker that comes later"])
def test_dasks_profiler_rests_while_there_is_work_and_goes_on_after_it(how: str, address: str, tmp_path: Path) -> None:
    distributed: Any = import_module("distributed")
    command = [sys.executable, "-c", WORKING, str(tmp_path), address]
    with (
        distributed.Client(address, set_as_default=False) as watching,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as working,
    ):
        before = list(watching.run(jobs.profilers).values())

        def all_at_work(processes: int) -> list[list[str]]:
            """What runs in each worker once so many processes have begun."""
            while len(list(tmp_path.glob("process-*"))) < processes:
                assert working.poll() is None
                time.sleep(0.01)
            return list(watching.run(jobs.profilers).values())

        meanwhile = all_at_work(2)
        if how == "with a worker that comes later":
            watching.restart_workers(list(watching.nthreads())[:1])
            meanwhile = all_at_work(3)
        if killed := how == "killed":
            working.kill()
            working.wait()
        (tmp_path / "go").touch()
        assert working.stdout is not None
        assert working.stdout.readline() == ("" if killed else "done\n")
        deadline = time.monotonic() + PATIENCE
        while (after := list(watching.run(jobs.profilers).values())) != before and time.monotonic() < deadline:
            assert killed, "whoever has all results has nothing to wait for"
            time.sleep(0.05)
    assert before == [["profile", "profile-cycle"]] * 2
    assert meanwhile == [[]] * 2
    assert after == before


def test_large_submissions_bring_no_advice_for_programmers(address: str, recwarn: pytest.WarningsRecorder) -> None:
    large = bytes(12_000_000)
    with workforce(jobs.modules, "", jobs=1, dask=address) as running:
        assert [item for item, _ in running.run([large])] == [large]
    assert not [each for each in recwarn if "large graph" in str(each.message)]


def test_who_had_workers_that_died_is_not_said_to_have_killed_them(tmp_path: Path) -> None:
    needs("distributed")
    # A cluster of its own: one whose workers die is no other test's.
    with dask_cluster() as (address, *_processes), workforce(jobs.doubling, tmp_path, jobs=1, dask=address) as running:
        done = dict(running.run([13]))
    assert done == {13: NotDone("4 Dask workers that had it died, of it or of another beside it")}
