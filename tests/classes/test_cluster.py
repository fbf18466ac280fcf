"""A Dask cluster gets its work in tasks that cost it little, and is left as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from operator import length_hint
from pathlib import Path
from typing import Any

import pytest

from grader.classes.engine.processes import workforce
from tests.classes import jobs
from tests.classes.classes import dask_cluster
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


def test_dasks_profiler_rests_while_a_class_is_judged_and_goes_on_after_it(address: str, tmp_path: Path) -> None:
    distributed: Any = import_module("distributed")
    with distributed.Client(address, set_as_default=False) as watching:
        before = watching.run(jobs.profilers)
        with workforce(jobs.doubling, tmp_path, jobs=1, dask=address) as running:
            assert dict(running.run(range(100, 150))) == {item: 2 * item for item in range(100, 150)}
            meanwhile = watching.run(jobs.profilers)
            watching.restart_workers(list(before)[:1])
            with_one_that_came_later = watching.run(jobs.profilers)
        after = watching.run(jobs.profilers)
    assert list(before.values()) == [["cycle_profile", "trigger_profile"]] * 2
    assert list(meanwhile.values()) == list(with_one_that_came_later.values()) == [[]] * 2
    assert list(after.values()) == list(before.values())
