"""Exercises and observations made by hand: nothing runs in a sandbox, and PyTorch is not asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Group, Input, Output, Value
from grader.judging.comparison import Mismatch, tolerance
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.marks import Mark, mark
from grader.judging.observation import Observation
from grader.reference.oracle import Reference
from grader.reference.sheet import Following
from grader.sandbox.wire.records import StudentError

MISSING = object()
"""In place of what came back: nothing did, under this name."""

Answers: TypeAlias = Mapping[str, tuple[Any, Any]]
"""What came back under each name, and what PyTorch says; numbers, and lists of them, are arrays of floats."""

WRONG = Mismatch("value", "it is wrong")

RAISED = StudentError("raised", "bend_backward", "ValueError", "no")

Program: TypeAlias = Callable[..., Any]


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


def training(results: str, **fields: Any) -> Exercise:
    """An exercise that is no pair, whose results a driver of its own brings back; a call is written as its result."""
    known = {"driver": "training", "asks": ("train",), "written_call": lambda result, *given: result}
    return exercise(results, **known | fields)


def seen(
    answers: Answers,
    group: Group = "random",
    *,
    inputs: Mapping[str, Value] | None = None,
    dout: Value = 1.0,
    float32: bool = False,
    out: Value = None,
    settled: bool = False,
    rtol: float | None = None,
    **told: Any,
) -> Observation:
    """One case that was answered; `rtol` is the exercise's own, and `told` what else was observed."""
    case = Case("a case", group, {"x": 1.0} if inputs is None else inputs, dout, float32=float32, number=0)
    expected = {name: _array(each) for name, (_, each) in answers.items()}
    got = {name: _array(each) for name, (each, _) in answers.items() if each is not MISSING}
    reference = Reference(expected, out, settled=settled)
    fields: dict[str, Any] = {"case": case, "reference": reference, "within": tolerance(case, rtol), "got": got}
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


def all_marked(
    exercise: Exercise, judged: Mapping[int, Observation], following: Callable[..., Mapping[str, Any]]
) -> list[Mark]:
    """The marks of all gradients; `following` says what follows from a submission's own."""

    def follow(number: int) -> Mapping[str, Array]:
        return following(judged[number].case, judged[number].arrays)

    return [mark(exercise, judged, name, None, follow) for name in exercise.gradients]


def never(*given: Any) -> dict[str, Any]:
    raise AssertionError("nobody should ask what follows")


def misconception(name: str, program: Program, claim: str = "") -> Program:
    """A program called `name`, with a claim and a hint."""

    def backward(*arguments: Any) -> Any:
        return program(*arguments)

    backward.__name__, backward.__doc__ = name, f"{claim or f'You {name} it.'}\n\nDon't {name}."
    return backward


def squared(dout: Any, x: Any) -> Any:
    return dout * x**2


def at(x: float, mine: Any, right: Any, group: Group = "random", **fields: Any) -> Observation:
    """A case of an exercise with one input, where dout is 2."""
    return seen({"dx": (mine, right)}, group, inputs={"x": np.array(x)}, dout=2.0, **fields)


def nothing_at(x: float, group: Group = "random") -> Observation:
    """Such a case without an answer."""
    return at(x, MISSING, 1.5, group, got=None, error=RAISED)


def diagnostician(of: Exercise, cases: Sequence[Observation], following: Following = never) -> Diagnostician:
    judged = observed(*cases)
    return Diagnostician(of, list(judged.values()), all_marked(of, judged, following), Predictions(of, following))


def diagnosed(of: Exercise, cases: Sequence[Observation], following: Following = never) -> dict[str, str]:
    """The id of the diagnosis of each gradient that has one."""
    found = diagnostician(of, cases, following).diagnoses
    assert all(name == each.gradient for name, each in found.items())
    return {name: each.id for name, each in found.items()}
