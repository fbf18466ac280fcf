"""What is remembered of a class's runs: the same verdict for the same answers, and no other's."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judging import memory
from grader.judging.digest import run_identity
from grader.judging.memory import Memory
from grader.judging.second_run import Again
from grader.sandbox.wire.records import Ending, Plain, Reply, Run, StudentError, Unsupported


def run_of(*results: Any) -> Run:
    return Run(tuple(Reply({"out": each}) for each in results), Ending("finished"))


def array(*numbers: float, of: str = "<f8") -> Plain:
    return np.array(numbers, dtype=of)


RUN = run_of(array(1, 2), (array(1), array(2)))
ERROR = StudentError("raised", "relu_backward", "ValueError", "no", 3, "x")

OTHERS = {
    "another number": run_of(array(1, 3), (array(1), array(2))),
    "a zero of the other sign": run_of(array(0.0)),
    "another type": run_of(array(1, 2, of="<f4"), (array(1), array(2))),
    "another shape": run_of(np.array([[1.0, 2.0]]), (array(1), array(2))),
    "a list": run_of(array(1, 2), [array(1), array(2)]),
    "parted elsewhere": run_of(array(1, 2), (array(1, 2),)),
    "in another order": run_of((array(1), array(2)), array(1, 2)),
    "under another name": replace(RUN, replies=(Reply({"outs": array(1, 2)}), RUN.replies[1])),
    "something unsupported": run_of(Unsupported("a set"), (array(1), array(2))),
    "with no reply": replace(RUN, replies=(*RUN.replies, None)),
    "with an error": replace(RUN, replies=(Reply({"out": array(1, 2)}, ERROR), RUN.replies[1])),
    "printed": replace(RUN, replies=(Reply({"out": array(1, 2)}, printed="1"), RUN.replies[1])),
    "ended otherwise": replace(RUN, ending=Ending("timeout")),
    "failed to load": replace(RUN, error=ERROR),
    "printed at the end": replace(RUN, printed="1"),
    "with output": replace(RUN, output="1"),
}


def test_no_two_runs_that_differ_are_one() -> None:
    every = [RUN, run_of(array(-0.0)), *OTHERS.values()]
    assert len({run_identity(each) for each in every}) == len(every)
    assert run_identity(RUN) == run_identity(run_of(array(1, 2), (array(1), array(2))))


def test_a_run_as_large_as_there_may_be_is_not_copied_as_a_whole() -> None:
    large = np.ones(1 << 17)
    run = run_of(*[large] * 16)
    tracemalloc.start()
    run_identity(run)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * large.nbytes


def counted(made: list[Run], asks: bool = False) -> Callable[[Again | None], str]:
    """What makes another word each time; it `asks` for the second run, if it is told to."""

    def make(again: Again | None) -> str:
        if asks:
            assert again is not None
            made.append(again())
        made.append(RUN)
        return f"verdict {len(made)}"

    return make


def test_the_same_is_made_of_the_same_run_once() -> None:
    known: Memory[str] = Memory()
    made: list[Run] = []
    first = known.of("relu", RUN, lambda: RUN, counted(made))
    again = run_of(array(1, 2), (array(1), array(2)))
    assert known.of("relu", again, None, counted(made)) == first
    assert len(made) == 1
    assert known.of("max", RUN, None, counted(made)) != first
    assert known.of("relu", OTHERS["another number"], None, counted(made)) != first


def test_what_a_second_run_has_shown_is_not_kept() -> None:
    known: Memory[str] = Memory()
    made: list[Run] = []
    verdicts = {known.of("relu", RUN, lambda: RUN, counted(made, asks=True)) for _ in range(2)}
    assert len(verdicts) == 2


def test_the_latest_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 2)
    known: Memory[str] = Memory()
    made: list[Run] = []
    runs = [run_of(array(number)) for number in range(3)]
    first, second = (known.of("relu", each, None, counted(made)) for each in runs[:2])
    assert known.of("relu", runs[0], None, counted(made)) == first
    known.of("relu", runs[2], None, counted(made))
    assert known.of("relu", runs[0], None, counted(made)) == first
    assert known.of("relu", runs[1], None, counted(made)) != second
