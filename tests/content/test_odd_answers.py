"""Whatever one answer of a right submission is replaced with, the grader judges on, and does not take it for right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.judgement import judgement
from grader.reference.oracle import Reference
from grader.sandbox.wire.plain import MAX_BYTES, plain
from grader.sandbox.wire.records import Ending, Plain, Reply, Run, Unsupported
from tests.attacks.spoofs import spoofs
from tests.conftest import bench
from tests.content.exercises import EXERCISES


def odd(shape: tuple[int, ...]) -> Iterator[tuple[str, Plain]]:
    """Answers that are wrong for an array of that shape, by name."""
    yield "the least int64", np.full(shape, np.iinfo(np.int64).min)
    yield "the greatest uint64", np.full(shape, np.iinfo(np.uint64).max, np.uint64)
    yield "1e308", np.full(shape, 1e308)
    yield "infinite float16", np.full(shape, np.inf, np.float16)
    yield "nan", np.full(shape, np.nan)
    yield "empty", np.zeros((0, *shape))
    yield "a number", np.array(123.5)
    yield "large", np.zeros(MAX_BYTES // 8)
    yield "a large column", np.zeros((MAX_BYTES // 8, 1))
    yield "large nothing", np.zeros((0, MAX_BYTES // 8))
    yield "an axis more", np.zeros((*shape, 1))
    yield "sixteen axes", np.zeros((1,) * 16)
    yield "nothing", Unsupported("None")
    yield "an empty list", []
    yield "a ragged list", [[np.array(1.0)], [np.zeros(3)], Unsupported("a str")]
    yield "four thousand numbers", [np.array(0.0)] * 4000
    yield "a dict", {"dx": np.zeros(3)}
    yield "an empty dict", {}


def results(exercise: Exercise, reference: Reference, case: Any, gradient: str, answer: str) -> Mapping[str, Plain]:
    """The right results for a case, but for one gradient's answer of that name, if it has one."""
    gradients = {name: plain(value) for name, value in reference.gradients.items()}
    if answer:
        shape = getattr(gradients[gradient], "shape", ())
        gradients[gradient] = dict(odd(shape))[answer]
    if not exercise.is_pair:
        return gradients
    returned: Any = gradients
    if not exercise.network:
        returned = tuple(gradients.values()) if len(gradients) > 1 else next(iter(gradients.values()))
    return {"out": plain(reference.out), "gradients": returned}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_odd_answer_is_judged_and_is_wrong(exercise: Exercise) -> None:
    asked = bench(exercise.name)
    middle, gradient = len(asked.cases) // 2, exercise.gradients[0]
    right = [
        results(asked.exercise, reference, case, gradient, "")
        for case, reference in zip(asked.cases, asked.references, strict=True)
    ]
    for answer, _ in odd(()):
        wrong = results(asked.exercise, asked.references[middle], asked.cases[middle], gradient, answer)
        replies = tuple(Reply(wrong if place == middle else each) for place, each in enumerate(right))
        result = judgement(asked, "", Run(replies, Ending("finished"))).result
        assert result.status == "failed", answer
        assert result.points < result.max_points, answer
        assert not spoofs(result), answer
