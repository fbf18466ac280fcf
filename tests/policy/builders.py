"""Exercises and observations made by hand: nothing runs in a sandbox, and PyTorch is not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Group, Input, Output, Value
from grader.judging.comparison import Mismatch
from grader.judging.marks import Mark, mark
from grader.judging.observation import Observation
from grader.reference.oracle import Reference

MISSING = object()
"""In place of what came back: nothing did, under this name."""

Answers: TypeAlias = Mapping[str, tuple[Any, Any]]
"""What came back under each name, and what PyTorch says; numbers, and lists of them, are arrays of floats."""

WRONG = Mismatch("value", "it is wrong")


def exercise(gradients: str = "dx", **fields: Any) -> Exercise:
    """A small exercise called bend, with these gradients, each of an input of its own."""
    names = tuple(gradients.split())
    made = Exercise(
        title="Bend",
        source="",
        statement="",
        formula="",
        inputs=tuple(Input(name.removeprefix("d")) for name in names),
        out=Output("y"),
        gradients=names,
        forward=_unasked,
        misconceptions=(),
        hints=(),
        name="bend",
        number=10,
    )
    return replace(made, **fields)


def _unasked(*given: Any) -> Any:
    raise AssertionError("the reference forward is not to be run")


def network(gradients: str, **fields: Any) -> Exercise:
    """A small network, whose gradients come back by name."""
    return exercise(gradients, network=True, **fields)


def seen(
    answers: Answers,
    group: Group = "random",
    *,
    inputs: Mapping[str, Value] | None = None,
    dout: Value = 1.0,
    float32: bool = False,
    out: Value = None,
    settled: bool = False,
    **told: Any,
) -> Observation:
    """One case that was answered; `told` is what else was observed."""
    case = Case("a case", group, {"x": 1.0} if inputs is None else inputs, dout, float32=float32, number=0)
    expected = {name: _array(each) for name, (_, each) in answers.items()}
    got = {name: _array(each) for name, (each, _) in answers.items() if each is not MISSING}
    fields: dict[str, Any] = {"case": case, "reference": Reference(expected, out, settled=settled), "got": got}
    return Observation(**fields | told)


def _array(value: Any) -> Any:
    return np.array(value, dtype=float) if isinstance(value, list | float | int) else value


def observed(*cases: Observation | Answers) -> dict[int, Observation]:
    """Cases by their number, from 0."""
    each = [case if isinstance(case, Observation) else seen(case) for case in cases]
    return {number: replace(one, case=replace(one.case, number=number)) for number, one in enumerate(each)}


def marked(
    exercise: Exercise, judged: Mapping[int, Observation], name: str = "dx", follows: Sequence[Any] = ()
) -> Mark:
    """The mark of a gradient; `follows` is what it would be in each case if it followed from the submission's own."""

    def follow(number: int) -> Mapping[str, Array]:
        assert follows, f"nobody should ask what follows in case {number}"
        return {} if follows[number] is None else {name: np.array(follows[number], dtype=float)}

    return mark(exercise, judged, name, None, follow)
