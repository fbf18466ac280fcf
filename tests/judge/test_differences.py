"""Differences through the given forward are recognised by whatever step; honest calls of it never are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise
from grader.judging.judgement import judgement
from grader.results import ExerciseResult
from grader.sandbox.child.forward_guard import ForwardGuard
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import LEAST_SUSPECTED, SUSPECTED_SHARE, Ending, Reply, Run, StudentError
from tests import submissions
from tests.conftest import bench

QUOTIENT = """

def quotient(forward, inputs, at, dout, mode, h):
    x = np.array(inputs[at], dtype=complex if mode == "complex" else float)
    gradient = np.zeros(x.shape)

    def loss(i, step):
        moved = x.copy()
        moved[i] += step
        return np.sum(np.asarray(dout) * forward(*inputs[:at], moved, *inputs[at + 1:])[0])

    base = 0.0 if mode != "one-sided" else np.sum(np.asarray(dout) * forward(*inputs)[0])
    for i in np.ndindex(x.shape):
        if mode == "central":
            gradient[i] = (loss(i, h) - loss(i, -h)) / (2 * h)
        elif mode == "one-sided":
            gradient[i] = (loss(i, h) - base) / h
        else:
            gradient[i] = loss(i, 1j * h).imag / h
    return gradient

"""

INPUTS = {
    "multiply": "cache",
    "affine": "*cache, np.zeros(cache[1].shape[1])",
    "squared_error": "cache, np.zeros(np.shape(cache))",
    "l2": "cache",
}
"""What each forward is called with: in place of what the cache doesn't have, another that gives the same gradient."""

MODES = [("central", 0.5), ("one-sided", 1.0), ("complex", 1e-30), ("complex", 0.5)]

BY_ARRAYS = {
    "multiply": "a, b = cache; f = multiply_forward; base = f(a, b)[0]\n"
    "    return dout * (f(a + 1, b)[0] - base), dout * (f(a, b + 1)[0] - base)",
    "square": "f = square_forward\n    return dout * (f(cache + 0.5)[0] - f(cache - 0.5)[0])",
    "affine": "X, W = cache; f = affine_forward; b = np.zeros(W.shape[1])\n"
    "    rows = [np.sum(dout * (f(X + e, W, b)[0] - f(X, W, b)[0]), axis=1) for e in np.eye(X.shape[1])]\n"
    "    return np.stack(rows, axis=1), X.T @ dout, dout.sum(axis=0)",
}
"""Many elements at a time, as in a forward that treats each alone."""

IN_ONE_CALL = {
    "multiply": "a, b = cache; f = multiply_forward; e = np.eye(a.size).reshape(-1, *a.shape) / 2\n"
    "    da, db = f(a + e, b)[0] - f(a - e, b)[0], f(a, b + e)[0] - f(a, b - e)[0]\n"
    "    return dout * da.sum(axis=0), dout * db.sum(axis=0)",
    "tanh": "return dout * tanh_forward(np.arctanh(cache)[None] + 1e-30j)[0][0].imag / 1e-30",
}
"""All steps by an axis more."""

AS_OBJECTS = {
    "square": "f, x = square_forward, np.asarray(cache, object)\n"
    "    return dout * np.asarray(f(x + 0.5)[0] - f(x - 0.5)[0], float)",
    "multiply": "a, b = (each.astype(object) for each in cache); f = multiply_forward\n"
    "    da, db = f(a + 1j, cache[1])[0].astype(complex).imag, f(cache[0], b + 1j)[0].astype(complex).imag\n"
    "    return dout * da, dout * db",
}
"""Python's own numbers, in arrays."""

HONEST = {
    "multiply": "a, b = cache; return multiply_forward(dout, b)[0], multiply_forward(a, dout)[0]",
    "add": "out, _ = add_forward(dout, 0 * dout); print(add_forward(dout, dout)); return out, out",
    "relu": "print(relu_forward(-cache), relu_forward(0 * cache))\n    return dout * (relu_forward(cache)[0] > 0)",
    "tanh": "f, s = tanh_forward, np.arctanh(cache); return dout * (1 + f(s)[0]) * (1 - f(s)[0])",
    "l2": "w, lam = cache; assert l2_forward(-w, lam)[0] == l2_forward(w, lam)[0]; return dout * lam * w",
    "affine": "X, W = cache; e = np.zeros_like(X); e.flat[:1] = 0.5; b = np.zeros(W.shape[1])\n"
    "    checked = (affine_forward(X + e, W, b)[0] - affine_forward(X - e, W, b)[0]).sum()\n"
    "    return dout @ W.T, X.T @ dout, dout.sum(axis=0)",
}
"""The chain rule by the forward itself, its own input computed from its output, what debugging left, and a check."""


def judged(sandbox: Sandbox, name: str, body: str) -> ExerciseResult:
    exercise = catalog.get(name)
    backward = f"def {exercise.functions[-1]}(dout, cache):"
    given = submissions.solution(exercise).decode().partition(backward)[0]
    source = f"{given}{QUOTIENT}\n{backward}\n    {body}\n"
    here = bench(name)
    return judgement(here, "", sandbox.run(here.job(source.encode()))).result


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize(("mode", "h"), MODES)
def test_differences_element_by_element_are_recognised(sandbox: Sandbox, name: str, mode: str, h: float) -> None:
    exercise, inputs = catalog.get(name), INPUTS[name]
    inputs = f"*{inputs}" if inputs == "cache" else inputs
    wanted = [place for place, each in enumerate(exercise.inputs) if not each.constant]
    each = [f"quotient({exercise.functions[0]}, ({inputs},), {at}, dout, {mode!r}, {h})" for at in wanted]
    result = judged(sandbox, name, f"return {', '.join(each)}")
    assert result.status in ("error", "failed")
    assert result.points < exercise.points / 4
    if mode == "one-sided" and name in ("squared_error", "l2"):
        return  # Those are wrong.
    assert "at other values than its own" in result.findings[0].headline


@pytest.mark.parametrize(
    ("name", "body"), [pair for every in (BY_ARRAYS, IN_ONE_CALL, AS_OBJECTS) for pair in every.items()]
)
def test_differences_of_many_elements_at_a_time_are_recognised(sandbox: Sandbox, name: str, body: str) -> None:
    result = judged(sandbox, name, body)
    assert "at other values than its own" in result.findings[0].headline
    assert result.points < result.max_points


@pytest.mark.parametrize("name", HONEST)
def test_who_calls_the_forward_a_few_times_keeps_every_point(sandbox: Sandbox, name: str) -> None:
    assert judged(sandbox, name, HONEST[name]).status == "passed"


UNRECOGNISED = {
    "tanh": [
        "return dout * np.tanh(np.arctanh(cache) + 1e-30j).imag / 1e-30",
        "s, h = np.arctanh(cache.astype(np.longdouble)), np.longdouble(1e-6)\n"
        "    return (dout * (np.tanh(s + h) - np.tanh(s - h)) / (2 * h)).astype(np.result_type(dout, cache))",
    ],
    "square": [
        "return dout * ((cache + 0.5) ** 2 - (cache - 0.5) ** 2)",
        "return dout * kept(cache + 0.5, cache - 0.5)\n\n"
        "def kept(x, y, f=square_forward):\n    return f(x)[0] - f(y)[0]",
    ],
    "multiply": [
        "(a, b), f = cache, multiply_forward\n"
        "    da, db = f(a + 1, b + 2)[0] - f(a, b + 2)[0], f(a + 3, b + 1)[0] - f(a + 3, b)[0]\n"
        "    return dout * (da - 2), dout * (db - 3)"
    ],
}


@pytest.mark.parametrize(("name", "body"), [(name, body) for name, every in UNRECOGNISED.items() for body in every])
def test_what_the_readme_calls_unrecognised_is(sandbox: Sandbox, name: str, body: str) -> None:
    result = judged(sandbox, name, body)
    assert "at other values" not in "".join(finding.headline for finding in result.findings)
    assert result.points > 0.8 * result.max_points


WAYS: dict[str, Callable[[Any, Case], Iterator[Any]]] = {
    "zeros and dout": lambda value, case: iter([np.zeros(np.shape(value)), case.dout]),
    "the opposite": lambda value, case: iter([-np.asarray(value), np.abs(value)]),
    "its parts": lambda value, case: iter([np.maximum(value, 0), np.minimum(value, 0)]),
    "a check of one element": lambda value, case: (_nudged(value, h) for h in (0.5, -0.5)),
}


def _nudged(value: Any, h: float) -> Any:
    nudged = np.array(value, float)
    nudged.flat[:1] += h * (nudged.size > 2)
    return nudged


@cache
def cases_of(name: str) -> tuple[Case, ...]:
    """An exercise's cases, drawn once for all ways."""
    return tuple(cases(catalog.get(name)))


PAIRS = [exercise for exercise in catalog.every() if exercise.is_pair]


@pytest.mark.parametrize("exercise", PAIRS, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("way", WAYS)
def test_a_forward_called_on_something_else_in_every_case_is_not_taken_for_differences(
    way: str, exercise: Exercise
) -> None:
    every = cases_of(exercise.name)
    suspected = 0
    for case in every:
        guard = ForwardGuard("f", lambda **_: None, case.inputs, ())
        for name, value in case.inputs.items():
            others = WAYS[way](value, case) if isinstance(value, np.ndarray | float) else iter(())
            for other in others:
                given = {**case.inputs, name: other}
                # What is beside the inputs by chance, as a small number's opposite, is another rule's.
                if np.shape(other) == np.shape(value) and not guard._is_difference(given):
                    guard(**given)
        suspected += guard.suspected
    assert suspected < max(LEAST_SUSPECTED, SUSPECTED_SHARE * len(every))


def test_steps_of_an_array_that_is_changed_in_place_are_seen() -> None:
    inputs = {"a": np.arange(6.0), "b": np.arange(6.0)}
    guard = ForwardGuard("f", lambda **_: None, inputs, ())
    elsewhere = {name: value * 3.7 + 100 for name, value in inputs.items()}
    for place in range(6):
        for step in (0.0, 0.5, -0.5):
            elsewhere["a"][place] += step
            guard(**elsewhere)
    assert guard.suspected


SUSPICION = Reply({"gradients": np.ones(2)}, StudentError("finite-differences", "f", "", ""))
RIGHT = Reply({"gradients": np.ones(2)})


@pytest.mark.parametrize(("suspected", "others", "sure"), [(2, 0, False), (3, 6, True), (3, 7, False), (6, 12, True)])
def test_a_third_of_the_cases_and_three_at_least_make_sure(suspected: int, others: int, sure: bool) -> None:
    run = Run((SUSPICION,) * suspected + (RIGHT, None) * (others // 2) + (RIGHT,) * (others % 2), Ending("finished"))
    replies = [reply for reply in run.settled().replies if reply]
    assert sum(reply.error is not None for reply in replies) == (suspected if sure else 0)
    assert sum("gradients" in reply.results for reply in replies) == len(replies) - (suspected if sure else 0)
    assert run.concern == ("finite-differences" if sure else "")
