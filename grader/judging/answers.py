"""A submission's answers at the nodes of a computation graph, each with its mark in a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.judging.comparison import Tolerance, agrees, array_of, off
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import State
from grader.sandbox.wire.records import Plain


@dataclass(frozen=True)
class Answer:
    """What a submission has at one node, beside the `reference`, from which it differs in the places `off`, in C order.

    `expected` is what it is compared with, where several gradients are right.
    """

    value: Array | None
    state: State
    expected: Array | None = None
    reference: Array | None = field(default=None, compare=False)
    off: tuple[int, ...] = field(default=(), compare=False)

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


def at_nodes(exercise: Exercise, case: Case, results: Mapping[str, Any]) -> dict[str, Any]:
    """What results say of the gradients at nodes, by the nodes' names."""
    if exercise.is_pair:
        return {name.removeprefix("d"): each for name, each in results.items()}
    found: dict[str, Any] = {}
    for name, each in results.items():
        if name in ("dx", "numerical"):
            found["x"] = each
        elif name in ("gradients", "grad") and isinstance(each, Mapping):
            found |= each
        elif exercise.descent and isinstance(each, list | tuple) and each and isinstance(each[0], Mapping):
            parameters, rate = (case.inputs[name] for name in exercise.descent)
            found |= {node: (np.asarray(parameters[node]) - new) / rate for node, new in each[0].items() if rate}
    return found


def _of_gradient(exercise: Exercise, seen: Observation, mark: Mark) -> Answer:
    reference = seen.reference.gradients[mark.name]
    value = seen.arrays.get(mark.name)
    return Answer(
        value,
        mark.state(seen.number),
        reference if exercise.settle else None,
        np.asarray(reference),
        _places(value, reference, seen.within),
    )


def _parts(exercise: Exercise, seen: Observation, marks: Sequence[Mark]) -> Iterator[tuple[str, Answer]]:
    """What is no pair returns gradients under names of its own: of x, or of several nodes in a dict."""
    assert seen.got is not None
    for mark in marks:
        if mark.name not in seen.got:
            continue
        got, expected = seen.got[mark.name], seen.reference.gradients[mark.name]
        if mark.name in ("dx", "numerical"):
            yield "x", _of_gradient(exercise, seen, mark)
        elif mark.name in ("gradients", "grad") and isinstance(got, Mapping):
            yield from (
                (node, _of_part(got[node], each, seen.within)) for node, each in expected.items() if node in got
            )
        elif exercise.descent and isinstance(got, list | tuple) and got and isinstance(got[0], Mapping):
            yield from _of_descent(exercise, seen, got[0], expected[0])


def _of_descent(
    exercise: Exercise, seen: Observation, got: Mapping[Any, Plain], expected: Mapping[str, Value]
) -> Iterator[tuple[str, Answer]]:
    """What a first step downhill says of the gradients: (old − new)/η."""
    parameters, rate = (seen.case.inputs[name] for name in exercise.descent)
    for node, each in expected.items():
        if node in got and rate:
            found = _of_part(got[node], each, seen.within)
            old = np.asarray(parameters[node])
            slope = None if found.value is None else (old - found.value) / rate
            yield node, replace(found, value=slope, reference=(old - np.asarray(each)) / rate)


def _of_part(got: Plain, expected: Value, within: Tolerance) -> Answer:
    array = array_of(got)
    if not isinstance(array, np.ndarray):
        return Answer(None, "unusable")
    state: State = "right" if agrees(array, expected, within) else "wrong"
    return Answer(array, state, reference=np.asarray(expected), off=_places(array, expected, within))


def _places(array: Array | None, reference: Value, within: Tolerance) -> tuple[int, ...]:
    """Where an array differs from the reference, in C order."""
    found = None if array is None else off(array, reference, within)
    return () if found is None else tuple(map(int, np.flatnonzero(found)))
