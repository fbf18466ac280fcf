"""A submission's answers at the nodes of a computation graph, each with its mark in a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import Tolerance, agrees, array_of
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import State
from grader.sandbox.wire.records import Plain


@dataclass(frozen=True)
class Answer:
    """What a submission has at one node. `expected` is what it is compared with, where several gradients are right."""

    value: Array | None
    state: State
    expected: Array | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it is wrong by itself."""
        return self.state in ("coarse", "wrong", "missing", "unusable")


def answers(exercise: Exercise, seen: Observation, marks: Sequence[Mark]) -> dict[str, Answer]:
    """The answers of one case by the name of the node; of a pair all, in backward order, else those that came back."""
    if seen.got is None:
        return {}
    if exercise.is_pair:
        return {mark.name.removeprefix("d"): _of_gradient(exercise, seen, mark) for mark in marks}
    return dict(_parts(exercise, seen, marks))


def _of_gradient(exercise: Exercise, seen: Observation, mark: Mark) -> Answer:
    settled = seen.reference.gradients[mark.name] if exercise.settle else None
    return Answer(seen.arrays.get(mark.name), mark.state(seen.number), settled)


def _parts(exercise: Exercise, seen: Observation, marks: Sequence[Mark]) -> Iterator[tuple[str, Answer]]:
    """What is no pair returns gradients under names of its own: of x, or of several nodes in a dict."""
    assert seen.got is not None
    for mark in marks:
        got, expected = seen.got.get(mark.name), seen.reference.gradients[mark.name]
        if mark.name in ("dx", "numerical") and mark.name in seen.got:
            yield "x", _of_gradient(exercise, seen, mark)
        elif mark.name in ("gradients", "grad") and isinstance(got, Mapping):
            yield from (
                (node, _of_part(got[node], each, seen.within)) for node, each in expected.items() if node in got
            )


def _of_part(got: Plain, expected: Value, within: Tolerance) -> Answer:
    array = array_of(got)
    if not isinstance(array, np.ndarray):
        return Answer(None, "unusable")
    return Answer(array, "right" if agrees(array, expected, within) else "wrong")
