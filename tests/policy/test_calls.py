"""The call of a failing case is Python that makes the same call, wherever its numbers fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.exercise import Call, Value
from grader.judging.comparison import MOST_NUMBERS
from grader.judging.wording import MOST_COLUMNS, NO_BREAK, call, forward_call, typed
from tests.policy.builders import exercise, training


def case(inputs: dict[str, Value] | None = None, dout: Value = 1.0, **fields: Any) -> Case:
    return Case("a case", "random", inputs or {"x": 2.0}, dout, **fields)


def written(each: Value) -> str:
    """A value as Python, with spaces that would break."""
    return typed(each).replace(NO_BREAK, " ")


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (2.0, "2.0"),
        (-2.0, "-2.0"),
        (-0.0, "0.0"),
        (0.5, "0.5"),
        (1 / 3, "0.333333"),
        (1e20, "1e+20"),
        (3, "3"),
        (True, "True"),
        ("a + b", "'a + b'"),
        (np.array([2.0, -1.5]), "np.array([2., -1.5])"),
        (np.array([[1.0], [-2.0]]), "np.array([[1.], [-2.]])"),
        (np.array(2.0), "np.array(2.)"),
        (np.array([2, -1]), "np.array([2, -1])"),
        (np.array([2, 0.1], dtype=np.float32), "np.array([2., 0.1], dtype=np.float32)"),
        (np.zeros((0, 3)), "np.zeros((0, 3))"),
        ({"W": np.array([1.0]), "b": 2.0}, '{"W": np.array([1.]), "b": 2.0}'),
        ((1.0, np.array([2.0])), "(1.0, np.array([2.]))"),
        ((1.0,), "(1.0,)"),
        ((), "()"),
        ([1.0, 2], "[1.0, 2]"),
    ],
)
def test_a_value_is_written_as_python(each: Value, text: str) -> None:
    assert written(each) == text


def test_an_array_of_too_many_numbers_or_columns_is_written_by_its_shape() -> None:
    assert written(np.ones(MOST_NUMBERS)).startswith("np.array([1., 1.")
    for large in (np.ones(MOST_NUMBERS + 1), np.full(MOST_NUMBERS, -1 / 9)):
        assert written(large) == "..."


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, with their types."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if not isinstance(one, np.ndarray):
        return type(one) is type(other) and bool(one == other)
    return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)


def made(text: str, *functions: str) -> list[tuple[str, tuple[Any, ...]]]:
    """The calls that are made where a text is run as Python: each function with its arguments."""
    calls: list[tuple[str, tuple[Any, ...]]] = []

    def function(name: str) -> Any:
        def called(*given: Any) -> Any:
            calls.append((name, given))
            return ("the output", "the cache")

        return called

    exec(text.replace(NO_BREAK, " "), {"np": np, **{name: function(name) for name in functions}})
    return calls


ODD: dict[str, Value] = {
    "x": np.array([1.0, -2.5]),
    "labels": np.array([1, 0]),
    "single": np.array([[0.5, 3]], dtype=np.float32),
    "rate": 0.5,
    "whole": 2.0,
    "count": 3,
    "steps": (np.array([1.0]), 2.0),
    "one": (0.5,),
    "several": {"W": np.array([[1.0], [2.0]]), "b": 2.0},
    "empty": np.zeros((0, 2)),
}


@pytest.mark.parametrize("dout", [1.5, np.array([1.0, -2.0]), (1.0, np.array([2.0, 3.0])), np.zeros((0, 3))])
def test_a_backward_is_called_with_dout_and_the_cache_of_its_forward(dout: Value) -> None:
    (forward, inputs), (backward, given) = made(call(exercise(), case(ODD, dout)), "bend_forward", "bend_backward")
    assert (forward, backward) == ("bend_forward", "bend_backward")
    assert same(inputs, tuple(ODD.values()))
    assert same(given, (dout, "the cache"))


def test_a_forward_is_called_with_its_inputs() -> None:
    ((name, inputs),) = made(forward_call(exercise(), case(ODD)), "bend_forward")
    assert name == "bend_forward"
    assert same(inputs, tuple(ODD.values()))


CALLS = exercise(calls=(Call("first", ("x", "w"), "J"), Call("second", ("w",), "dx")))


@pytest.mark.parametrize(
    ("result", "function", "given"),
    [
        ("J", "first", (2.0, 3.0)),
        ("dx", "second", (3.0,)),
        ("dx[0]", "second", (3.0,)),
        ("dx[0]['a']", "second", (3.0,)),
        ("", "first", (2.0, 3.0)),
    ],
)
def test_what_is_no_pair_is_called_by_the_function_that_has_the_result(
    result: str, function: str, given: tuple[float, ...]
) -> None:
    assert made(call(CALLS, case({"x": 2.0, "w": 3.0}), result), "first", "second") == [(function, given)]


def test_an_exercise_may_show_its_cases_in_its_own_way() -> None:
    of = exercise(written_call=lambda result, x: f"bend {result} at {x:g}")
    assert call(of, case(), "dx[0]") == "bend dx[0] at 2"
    assert call(training("loss"), case(), "loss") == "loss"


@pytest.mark.parametrize(
    ("fields", "comment"),
    [
        ({}, ""),
        ({"layout": "read-only"}, "  # with read-only arrays"),
        ({"float32": True}, ""),
        ({"layout": "non-contiguous", "float32": True}, "  # with non-contiguous arrays"),
    ],
)
def test_an_odd_layout_is_a_comment_behind_the_call(fields: dict[str, Any], comment: str) -> None:
    of = exercise(written_call=lambda result, x: "bend(x)")
    for every in (exercise(), CALLS, of):
        inputs = {"x": 2.0} if every is not CALLS else {"x": 2.0, "w": 3.0}
        plain = call(every, case(inputs))
        assert call(every, case(inputs, **fields)).replace(NO_BREAK, " ") == plain + comment
    assert forward_call(exercise(), case(**fields)) == forward_call(exercise(), case()) + comment


def test_a_line_has_as_many_assignments_as_fit() -> None:
    long = np.full(5, 1 / 9)
    *lines, last = call(exercise(), case({"x": long, "w": 2.0, "b": long}, 3.0)).replace(NO_BREAK, " ").split("\n")
    assert [line.count("=") for line in lines] == [2, 2]
    assert all(len(line) <= MOST_COLUMNS for line in lines)
    assert last == "bend_backward(dout, bend_forward(x, w, b)[1])"


def test_a_line_is_full_to_its_last_column() -> None:
    def lines(more: str) -> list[str]:
        text = call(exercise(), case({"x": more, "w": "w"}, 2.0)).replace(NO_BREAK, " ")
        return text.split("\n")[:-1]

    assert lines("")[0] == "x = ''; w = 'w'; dout = 2.0"
    room = MOST_COLUMNS - len(lines("")[0])
    assert [len(line) for line in lines("x" * room)] == [MOST_COLUMNS]
    assert len(lines("x" * (room + 1))) == 2


def test_a_comment_hides_no_assignment() -> None:
    large = np.ones(MOST_NUMBERS + 1)
    text = call(exercise(), case({"x": 1.0, "w": large, "b": 2.0}))
    (_, inputs), _ = made(text, "bend_forward", "bend_backward")
    assert inputs == (1.0, ..., 2.0)
