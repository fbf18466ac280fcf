"""What came back from the sandbox, sorted by gradient, or told that it has another form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.exercise import Exercise
from grader.judging.comparison import FLOAT64, Tolerance
from grader.judging.observation import Observation, observe
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Reply, StudentError, Unsupported
from tests.policy.builders import MISSING, RAISED, exercise, network, observed, seen, training

ONE, TWO, THREE = np.array([1.0]), np.array([2.0]), np.array([3.0])


def observation(
    exercise: Exercise,
    results: dict[str, Any],
    inputs: dict[str, Any] | None = None,
    dout: Any = 1.0,
    error: StudentError | None = None,
) -> Observation:
    """What one case showed that came back with these results."""
    case = Case("a case", "random", inputs or {"x": ONE}, dout, number=0)
    reference = Reference(dict.fromkeys(exercise.gradients, ONE))
    (found,) = observe(exercise, [case], [reference], [Reply(results, error, "printed")])
    return found


def returned(exercise: Exercise, value: Any) -> Observation:
    return observation(exercise, {"gradients": value})


def problem(exercise: Exercise, value: Any) -> str:
    found = returned(exercise, value)
    assert (found.got is None) == bool(found.problem)
    return found.problem


def test_cases_that_were_not_answered_are_left_out() -> None:
    cases = [Case("a case", "random", {"x": ONE}, 1.0, number=number) for number in range(3)]
    replies = [Reply({"gradients": ONE}), None, Reply({"gradients": TWO})]
    found = observe(exercise(), cases, [Reference({"dx": ONE})] * 3, replies)
    assert [each.number for each in found] == [0, 2]
    assert [each.got for each in found] == [{"dx": ONE}, {"dx": TWO}]


def test_the_only_gradient_is_what_is_returned() -> None:
    assert returned(exercise("dx"), TWO).got == {"dx": TWO}
    assert returned(exercise("dx"), (TWO, TWO)).got == {"dx": (TWO, TWO)}
    assert problem(exercise("dx"), {"dx": TWO}) == "returns a dict of 1, where dx belongs"
    assert problem(exercise("dx"), Unsupported("None")) == "returns None, where dx belongs"


def test_several_gradients_are_returned_in_order() -> None:
    both = exercise("dx dw")
    for value in ((ONE, TWO), [ONE, TWO], np.array([ONE, TWO])):
        assert returned(both, value).got == {"dx": ONE, "dw": TWO}
    assert returned(both, np.array([1.0, 2.0])).got == {"dx": 1.0, "dw": 2.0}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Unsupported("None"), "returns None, where the 2 gradients dx, dw belong"),
        (np.array(1.0), "returns a number, where the 2 gradients dx, dw belong"),
        (np.array([1.0, 2.0, 3.0]), "returns an array of shape (3,), where the 2 gradients dx, dw belong"),
        ({"dx": ONE}, "returns a dict of 1, where the 2 gradients dx, dw belong"),
        ((ONE,), "returns 1 gradient, where 2 belong: dx, dw"),
        ((ONE, TWO, THREE), "returns 3 gradients, where 2 belong: dx, dw"),
    ],
)
def test_another_number_or_form_of_gradients_is_a_problem(value: Any, words: str) -> None:
    assert problem(exercise("dx dw"), value) == words


def test_a_network_returns_a_dict_whatever_is_in_it() -> None:
    assert returned(network("dz dx"), {"dx": TWO, "more": ONE}).got == {"dx": TWO, "more": ONE}
    assert problem(network("dz dx"), (ONE, TWO)) == "returns a tuple of 2, where a dict with dz, dx belongs"
    assert problem(network("dx"), ONE) == "returns an array of shape (1,), where a dict with dx belongs"


def test_what_is_no_pair_returns_its_results_by_name() -> None:
    trained = training("loss steps")
    assert observation(trained, {"loss": ONE, "other": TWO}).got == {"loss": ONE}


def test_a_forward_that_came_back_without_gradients_has_none() -> None:
    found = observation(exercise(), {"out": TWO}, error=RAISED)
    assert (found.got, found.out, found.error, found.problem, found.printed) == (None, TWO, RAISED, "", "printed")


def test_a_reply_that_brings_nothing_back_is_a_problem() -> None:
    assert observation(exercise(), {"out": TWO}).problem == "brings nothing back"
    assert observation(exercise(), {"out": TWO}, error=RAISED).problem == ""
    assert observation(training("loss"), {}).problem == ""


def test_a_case_is_seen_with_what_is_tolerated_in_it() -> None:
    assert observation(exercise(), {"gradients": ONE}).within == FLOAT64
    assert observation(exercise(rtol=0.01), {"gradients": ONE}).within == Tolerance(0.01, FLOAT64.atol)
    assert observation(exercise(), {"gradients": ONE}, dout=4.0).within == Tolerance(FLOAT64.rtol, 4 * FLOAT64.atol)


# Answers.


def test_a_gradient_has_an_answer_unless_nothing_came_back_or_an_error_kept_it_back() -> None:
    assert seen({"dx": (TWO, ONE)}).answers("dx")
    assert seen({"dx": (TWO, ONE)}, error=RAISED).answers("dx")
    assert seen({"dx": (MISSING, ONE)}).answers("dx")
    assert not seen({"dx": (MISSING, ONE)}, error=RAISED).answers("dx")
    assert not seen({"dx": (MISSING, ONE)}, got=None).answers("dx")


WHOLE = {"a": ONE, "b": TWO}


def parts(got: Any, error: StudentError | None = RAISED) -> Observation:
    return seen({"parts": (got, WHOLE)}, error=error)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ({"a": ONE}, {"a": ONE}),
        ({"a": THREE, "more": ONE}, {"a": ONE}),
        ({}, {}),
        ({"a": ONE, "b": TWO}, WHOLE),
        ((ONE, TWO), WHOLE),
        (MISSING, WHOLE),
    ],
)
def test_where_an_error_kept_entries_back_those_are_expected_that_came(got: Any, expected: dict[str, Any]) -> None:
    assert parts(got).expected("parts") == expected
    assert parts(got, error=None).expected("parts") == WHOLE


def test_a_dict_that_an_error_cut_short_has_an_answer_if_an_entry_is_wrong() -> None:
    assert not parts({"a": ONE}).answers("parts")
    assert not parts({}).answers("parts")
    assert parts({"a": THREE}).answers("parts")
    assert parts({"a": ONE, "b": TWO}).answers("parts")
    assert parts({"a": ONE}, error=None).answers("parts")


def test_an_entry_agrees_within_the_tolerance_of_its_case() -> None:
    near = {"a": ONE * (1 + 1e-6)}
    assert parts(near).answers("parts")
    assert not seen({"parts": (near, WHOLE)}, error=RAISED, float32=True).answers("parts")


# Changed in place.


def touched(changed: Any, inputs: dict[str, Any] | None = None, dout: Any = 1.0) -> tuple[str, ...]:
    return observation(exercise(), {"gradients": ONE, "changed": changed}, inputs, dout).touched


def test_what_is_not_as_it_was_sent_was_changed_in_place() -> None:
    inputs = {"x": ONE, "w": np.array([2.0, np.nan])}
    assert touched({}, inputs) == ()
    assert touched({"x": ONE, "w": np.array([2.0, np.nan])}, inputs) == ()
    assert touched({"x": TWO, "w": TWO}, inputs) == ("x", "w")
    assert touched({"w": np.array([[2.0, np.nan]])}, inputs) == ("w",)
    assert touched({"x": Unsupported("a str")}, inputs) == ("x",)


def test_dout_counts_where_there_is_one() -> None:
    assert touched({"dout": TWO}, dout=ONE) == ("dout",)
    assert touched({"dout": np.array(2.0)}, dout=1.0) == ("dout",)
    assert touched({"dout": np.array(1.0)}, dout=1.0) == ()
    assert touched({"dout": TWO}, dout=None) == ()


@pytest.mark.parametrize(
    ("sent", "back", "changed"),
    [
        ((ONE, TWO), (ONE, TWO), False),
        ((ONE, TWO), [ONE, TWO], False),
        ((ONE, TWO), (ONE, THREE), True),
        ((ONE, TWO), (ONE,), True),
        ((ONE, TWO), (ONE, TWO, TWO), True),
        ((ONE, TWO), ONE, True),
        ((ONE, TWO), Unsupported("a str"), True),
        ([ONE, TWO], [ONE, TWO], False),
        ([ONE, TWO], [ONE, THREE], True),
        ({"a": ONE}, {"a": ONE}, False),
        ({"a": ONE}, {"a": ONE, "b": ONE}, False),
        ({"a": ONE}, {"a": TWO}, True),
        ({"a": ONE}, {}, True),
        ({"a": ONE}, ONE, True),
        ({"a": ONE}, Unsupported("a str"), True),
        ({"a": ONE, "b": ONE}, {"a": ONE, "b": TWO}, True),
        (3.0, Unsupported("a str"), True),
        (3, np.array(3), False),
        (3, np.array(4), True),
        ("text", Unsupported("a str"), False),
    ],
)
def test_a_change_is_found_inside_and_what_is_no_number_has_none(sent: Any, back: Any, changed: bool) -> None:
    assert touched({"x": back}, {"x": sent}) == (("x",) if changed else ())


def test_nothing_is_said_of_changes_where_nothing_is_known() -> None:
    assert observation(exercise(), {"gradients": ONE}).touched == ()
    assert observation(exercise(), {"changed": {"x": TWO}}, error=RAISED).touched == ()


def test_a_change_counts_beside_an_error_where_gradients_came_back_and_without_an_error_where_none_did() -> None:
    assert observation(exercise(), {"gradients": ONE, "changed": {"x": TWO}}, error=RAISED).touched == ("x",)
    assert observation(exercise(), {"gradients": {}, "changed": {"x": TWO}}).touched == ("x",)


# Several right gradients.


def halves(got: Any, expected: Any, *arguments: Any) -> dict[str, Any]:
    """Any gradient is right between PyTorch's and 3; asked with one gradient at least."""
    assert got
    return {name: np.clip(got[name], each, 3.0) if name in got else each for name, each in expected.items()}


def test_the_right_gradients_nearest_to_the_students_are_expected_where_several_are_right() -> None:
    either = exercise("dx", settle=halves)
    assert returned(either, TWO).reference.gradients == {"dx": TWO}
    assert returned(either, TWO).reference.settled
    assert returned(either, np.array([4.0])).reference.gradients == {"dx": THREE}
    assert not returned(either, ONE).reference.settled
    assert not returned(exercise("dx"), TWO).reference.settled


def test_one_gradient_that_is_settled_settles_the_case() -> None:
    either = exercise("dx dw", settle=halves)
    assert returned(either, (ONE, TWO)).reference.settled
    assert returned(either, (TWO, ONE)).reference.settled
    assert not returned(either, (ONE, ONE)).reference.settled


@pytest.mark.parametrize("unusable", [Unsupported("a str"), np.array([2.0, 2.0])])
def test_what_has_another_form_or_shape_settles_nothing(unusable: Any) -> None:
    assert not returned(exercise("dx", settle=halves), (unusable,)).reference.settled
    found = returned(exercise("dx dw", settle=halves), (unusable, TWO)).reference
    assert found.gradients == {"dx": ONE, "dw": TWO}


def test_nothing_is_settled_where_nothing_came_back() -> None:
    assert not observation(exercise("dx", settle=halves), {}, error=RAISED).reference.settled


# Arrays.


def test_the_arrays_of_a_case_are_those_that_are_arrays() -> None:
    found = seen({"dx": (TWO, ONE), "dw": (Unsupported("a str"), ONE), "db": ((TWO, THREE), ONE)})
    assert {name: each.tolist() for name, each in found.arrays.items()} == {"dx": [2], "db": [[2], [3]]}
    assert seen({"dx": (TWO, ONE)}, got=None).arrays == {}


def test_a_pair_is_the_students_array_beside_pytorchs() -> None:
    found = seen({"dx": (TWO, ONE), "dw": (Unsupported("a str"), ONE), "steps": (ONE, {"a": ONE})})
    assert found.pair("dx") == (TWO, ONE)
    assert found.pair("dw") is None
    assert found.pair("steps") is None
    assert seen({"dx": (TWO, ONE)}, got=None).pair("dx") is None
    assert seen({"dx": (TWO, ONE)}, got={"other": TWO}).pair("dx") is None


def test_cases_are_numbered() -> None:
    assert [each.number for each in observed({"dx": (1, 1)}, {"dx": (2, 2)}).values()] == [0, 1]
