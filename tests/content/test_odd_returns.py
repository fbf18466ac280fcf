"""Whatever comes back of a submission, in whichever place, it is judged, and costs what it is wrong in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest

from grader import catalog
from grader.exercise import Exercise
from grader.judging.judgement import judgement
from grader.reference.oracle import Reference
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Plain, Reply, Run, StudentError, Unsupported
from tests.conftest import bench

Results: TypeAlias = Mapping[str, Plain]


def right(exercise: Exercise, reference: Reference) -> Results:
    """The right results of a case."""
    gradients = {name: plain(value) for name, value in reference.gradients.items()}
    if not exercise.is_pair:
        return gradients
    several = tuple(gradients.values()) if len(gradients) > 1 else next(iter(gradients.values()))
    return {"changed": {}, "out": plain(reference.out), "gradients": gradients if exercise.network else several}


def each(value: Plain) -> Callable[[Results], Results]:
    """The same value in the place of everything but the forward's output."""
    return lambda results: {name: part if name == "out" else value for name, part in results.items()}


def without_a_key(results: Results) -> Results:
    """A dict that lacks its last key, wherever a dict is returned; else no result under the last name."""
    dicts = ((name, part) for name, part in results.items() if name != "changed" and isinstance(part, Mapping))
    name, value = next(dicts, ("", None))
    if isinstance(value, Mapping):
        return {**results, name: dict(list(value.items())[:-1])}
    return dict(list(results.items())[:-1])


SORTS: Mapping[str, Callable[[Results], Results]] = {
    "nothing": lambda results: {},
    "the forward's output alone": lambda results: {name: part for name, part in results.items() if name == "out"},
    "None": each(Unsupported("None")),
    "a string": each(Unsupported("a str")),
    "an empty list": each([]),
    "an empty dict": each({}),
    "a number": each(np.array(123.5)),
    "nan": each(np.array(np.nan)),
    "lists in lists": each([[[Unsupported("a str")]]]),
    "a key too few": without_a_key,
}
PLACES: Mapping[str, Callable[[int, bool], bool]] = {
    "the first case": lambda number, read_only: number == 0,
    "the read-only case": lambda number, read_only: read_only,
    "every case but the read-only one": lambda number, read_only: not read_only,
    "every case": lambda number, read_only: True,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", catalog.names())
def test_an_odd_return_is_judged_and_costs_what_it_is_wrong_in(name: str, place: str) -> None:
    here = bench(name)
    exercise = here.exercise
    chosen = [PLACES[place](number, case.group == "unchanged") for number, case in enumerate(here.cases)]
    if not any(chosen):
        pytest.skip("no read-only case")
    answers = [right(exercise, reference) for reference in here.references]
    for sort, change in SORTS.items():
        replies = tuple(Reply(change(each) if odd else each) for each, odd in zip(answers, chosen, strict=True))
        result = judgement(here, exercise.file, Run(replies, Ending("finished"))).result
        assert result.status in ("failed", "error"), sort
        assert result.findings, sort
        assert sum(check.points for check in result.checks) == pytest.approx(result.points), sort
        if place == "the read-only case":
            assert result.points == pytest.approx(0.95 * exercise.points), sort


@pytest.mark.parametrize("name", catalog.names())
def test_an_error_beside_right_answers_is_judged_in_every_place(name: str) -> None:
    here = bench(name)
    error = StudentError("raised", here.exercise.functions[-1], "ValueError", "no")
    answers: list[Any] = [right(here.exercise, reference) for reference in here.references]
    for number in range(len(answers)):
        replies = tuple(Reply({}, error) if place == number else Reply(each) for place, each in enumerate(answers))
        result = judgement(here, here.exercise.file, Run(replies, Ending("finished"))).result
        assert result.status == "failed"
        assert result.findings[0].headline.endswith("raises ValueError")
