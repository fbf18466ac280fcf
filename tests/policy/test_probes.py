"""What the numbers of a wrong gradient show by themselves, in every case or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.comparison import FLOAT32, FLOAT64
from grader.judging.observation import Observation
from grader.judging.probes import Pair, probe
from grader.reference.oracle import Reference
from grader.results import Diagnosis
from tests.policy.builders import exercise, network, seen

NAN = float("nan")
MANY = [1.5, -2.5, 3.5, 4.5, -5.5]
OTHERS = [0.5, 7.5, -6.5, 2.25, 8.75]


def probed(*cases: Observation | tuple[Any, Any], of: Exercise | None = None, name: str = "dx") -> Diagnosis | None:
    """What is shown by the numbers of a gradient; a case is what came back and what is right."""
    each = [case if isinstance(case, Observation) else seen({name: case}, dout=np.array(9.25)) for case in cases]
    pairs = [Pair(*both, FLOAT32 if one.case.float32 else FLOAT64, one) for one in each if (both := one.pair(name))]
    assert len(pairs) == len(cases)
    return probe(of or exercise("dx"), name, pairs)


def shown(*cases: Observation | tuple[Any, Any], of: Exercise | None = None, name: str = "dx") -> str:
    found = probed(*cases, of=of, name=name)
    assert found is None or found.gradient == name
    return found.id if found else ""


def times(factor: float, numbers: list[float] = MANY) -> tuple[list[float], list[float]]:
    return [factor * each for each in numbers], numbers


def test_an_exercise_that_is_no_pair_is_not_probed() -> None:
    assert shown(times(-1)) == "sign-flipped"
    assert shown(times(-1), of=exercise("dx", driver="training")) == ""


def test_an_empty_array_where_numbers_belong_shows_nothing() -> None:
    assert shown(([], [1.0])) == ""
    assert shown(([0.0], [1.0]), ([], [1.0])) == ""
    assert shown(([0.0], [1.0]), ([], [])) == "all-zero"


# One gradient.


def test_all_zero() -> None:
    assert shown(([0.0, 0.0], [1.5, 0.0]), ([0.0], [2.5])) == "all-zero"
    assert shown(([0.0, 0.0], [1.5, 0.0]), ([1e-30], [2.5])) == ""


def test_sign_flipped() -> None:
    assert shown(times(-1), times(-1, OTHERS)) == "sign-flipped"
    assert shown(times(-1), times(1, OTHERS)) == ""
    assert shown((np.array([1, 2]), [-1, -2])) == "sign-flipped"
    assert shown((np.array([True]), [-1])) == "sign-flipped"


def test_a_constant_factor() -> None:
    assert shown(times(3), times(3, OTHERS)) == "constant-factor"
    assert shown(times(3), times(2, OTHERS)) == ""
    found = probed(times(1 / 3))
    assert found is not None
    assert found.claim == "dx is 0.333333 times PyTorch's gradient in every case."


def test_a_constant_factor_takes_five_numbers_that_are_not_0() -> None:
    assert shown(times(3, [*MANY[:4], 0, 0])) == ""
    assert shown(times(3, [*MANY[:5], 0, 0])) == "constant-factor"
    assert shown(times(3, MANY[:3]), times(3, MANY[3:])) == "constant-factor"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_factor_that_is_nearly_0_is_none(sign: int) -> None:
    assert shown(times(sign * 0.9e-3)) == ""
    assert shown(times(sign * 1.1e-3)) == "constant-factor"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_factor_that_is_nearly_1_is_none(sign: int) -> None:
    assert shown(times(1 + sign * 0.9e-3)) == "low-precision"
    assert shown(times(1 + sign * 1.1e-3)) == "constant-factor"


def test_the_factor_is_taken_where_the_right_number_is_largest() -> None:
    expected = [*MANY, -1000.5, 0.0]
    got = [3 * each for each in expected]
    assert shown(([*got[:-1], 0.0], expected)) == "constant-factor"
    assert shown(([3.1 * 1.5, *got[1:]], expected)) == ""
    assert shown(times(3, [-abs(each) for each in expected])) == "constant-factor"


def test_a_factor_of_other_shapes_or_of_infinities_is_none() -> None:
    assert shown(times(3), ([3.0], 1.0)) == ""
    assert shown(([3.0], [1.5, 2.5, 3.5, 4.5, 9.5])) == ""
    assert shown(times(3), ([3.0], [1.5, 99.5])) == ""
    assert shown(times(3), ([NAN], [1.5])) == ""


def test_transposed() -> None:
    matrix = np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]])
    assert shown((matrix.T, matrix)) == "transposed"
    assert shown((matrix.T, matrix), (matrix, matrix)) == ""
    assert shown((matrix.T, matrix), (np.ones((1, 1)), np.ones((1, 1)))) == "transposed"
    cube = np.arange(8.0).reshape(2, 2, 2)
    assert shown((cube.T, cube)) == ""


def unsummed(got: Any, expected: Any, dout: Any = None) -> Observation:
    return seen({"dx": (np.array(got), np.array(expected))}, dout=np.zeros_like(got) if dout is None else dout)


ROWS = np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]])


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(ROWS.sum(axis=0), id="a leading axis"),
        pytest.param(ROWS.sum(axis=1, keepdims=True), id="an axis of size 1"),
        pytest.param(ROWS.sum(axis=0, keepdims=True), id="a leading axis of size 1"),
        pytest.param(ROWS.sum(), id="every axis"),
    ],
)
def test_not_summed(expected: Any) -> None:
    assert shown(unsummed(ROWS, expected)) == "not-summed"
    assert shown(unsummed(ROWS, expected + 1)) == ""
    assert shown(unsummed(ROWS, expected), unsummed(ROWS, expected + 1)) == ""


def test_what_is_not_summed_has_the_shape_of_dout_in_every_case() -> None:
    assert shown(unsummed(ROWS, ROWS.sum(axis=0)), unsummed(ROWS[:1], ROWS[:1])) == "not-summed"
    assert shown(unsummed(ROWS, ROWS.sum(axis=0), dout=np.zeros((3, 2)))) == ""
    assert shown(unsummed(ROWS, ROWS.sum(axis=0)), unsummed(ROWS, ROWS.sum(axis=0), dout=1.0)) == ""
    assert shown(unsummed(ROWS, ROWS.sum(axis=0)), unsummed(ROWS, ROWS.sum(axis=0), dout=np.zeros(2))) == ""


def test_what_has_fewer_axes_than_its_variable_was_not_left_unsummed() -> None:
    assert shown(unsummed([1.5, 2.5, 3.5], [[4.5, 2.5]])) == ""
    assert shown(unsummed([1.5, 2.5, 3.5], [[4.5]])) == ""


def test_what_has_as_many_numbers_as_its_variable_was_not_left_unsummed() -> None:
    assert shown(unsummed([[1.5, 2.5]], [1.5, 2.5])) == "reshaped"


IMAGES = np.arange(24.0).reshape(2, 3, 4) + 0.5


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(IMAGES.sum(axis=(0, 2)), id="an axis in the middle"),
        pytest.param(IMAGES.sum(axis=(0, 1)), id="the last axis"),
        pytest.param(IMAGES.sum(), id="every axis"),
    ],
)
def test_summed_over_the_first_axis_alone(expected: Any) -> None:
    one = unsummed(IMAGES.sum(axis=0), expected, dout=IMAGES)
    assert shown(one) == "first-axis-summed"
    assert shown(unsummed(IMAGES.sum(axis=0), expected + 1, dout=IMAGES)) == ""
    assert shown(one, unsummed(IMAGES.sum(axis=0), expected + 1, dout=IMAGES)) == ""
    assert shown(unsummed(IMAGES.mean(axis=0), expected, dout=IMAGES)) == ""
    assert shown(unsummed(IMAGES.sum(axis=1), expected, dout=IMAGES)) == ""
    assert shown(one, unsummed(2.0, 2.5, dout=2.0)) == ""


def test_what_is_not_summed_or_in_the_wrong_shape_is_told_the_shape_of_its_variable() -> None:
    summed, reshaped = probed(unsummed(ROWS, ROWS.sum(axis=0))), probed((ROWS.ravel(), ROWS))
    assert summed is not None
    assert reshaped is not None
    assert summed.hint.endswith("sum to the shape of x.")
    assert reshaped.hint.endswith("give dx the shape of x.")


def test_reshaped() -> None:
    assert shown((ROWS.ravel(), ROWS)) == "reshaped"
    assert shown((ROWS.reshape(3, 2), ROWS)) == "reshaped"
    assert shown((ROWS.ravel(), ROWS), (ROWS, ROWS)) == "reshaped"
    assert shown((ROWS.ravel(), ROWS), (ROWS.ravel(), ROWS + 1)) == ""
    assert shown((ROWS.ravel(), ROWS), (ROWS.ravel()[:5], ROWS)) == ""


def test_integers() -> None:
    whole = np.array([1, -2, 3])
    assert shown((whole, [1.5, -2.5, 3.0])) == "integer-dtype"
    assert shown((whole.astype(np.uint8), [1.5, 254.5, 3.0])) == "integer-dtype"
    assert shown((whole, [1.5, -3.5, 3.0])) == ""
    assert shown((whole.astype(float), [1.5, -2.5, 3.0])) == ""
    assert shown((whole, [1.5, -2.5, 3.0]), ([0.5], [0.5])) == "integer-dtype"
    assert shown((whole, [1.5, -2.5, 3.0]), ([0.5], [0.75])) == ""
    assert shown((whole, [1.5, -2.5, 3.0]), (whole, [[1.0, -2.0, 3.0]])) == ""
    assert shown((whole, [1.5, -2.5, 3.0]), (whole, [1.5, -3.5, 3.0])) == ""
    found = probed((whole, [1.5, -2.5, 3.0]))
    assert found is not None
    assert "the integer dtype int64" in found.claim


def test_low_precision_is_right_to_three_digits() -> None:
    assert shown(([1000 * (1 + 0.9e-3), 5.5], [1000, 5.5])) == "low-precision"
    assert shown(([1000 * (1 + 1.1e-3), 5.5], [1000, 5.5])) == ""
    assert shown(([0.9e-6, 5.5], [0, 5.5])) == "low-precision"
    assert shown(([1.1e-6, 5.5], [0, 5.5])) == ""


def test_what_is_right_outside_float32_has_low_precision_there_or_shows_nothing() -> None:
    def single(got: float) -> Observation:
        return seen({"dx": ([got], [1.5])}, float32=True)

    assert shown(([2.5], [2.5]), single(1.5001)) == "low-precision"
    assert shown(([2.5], [2.5]), single(-1.5)) == ""
    assert shown(([0.0], [0.0]), single(0.0)) == ""
    assert shown(([-2.5], [2.5]), single(-1.5)) == "sign-flipped"


# Beside other values.


def test_the_first_thing_that_the_numbers_show_is_said() -> None:
    """Zeros are near small numbers, a sign is a factor, and what is transposed has the right number of elements."""
    assert shown(([0.0], [1e-7])) == "all-zero"
    assert shown(times(-1)) == "sign-flipped"
    assert shown((ROWS.T, ROWS)) == "transposed"
    assert shown((np.array([[1.5, 2.5]]), np.array([[1.5], [2.5]]))) == "transposed"
    assert shown((np.array([1000]), [1000.5])) == "integer-dtype"


def beside(got: Any, expected: Any, **fields: Any) -> Observation:
    return seen({"dx": (got, expected)}, **fields)


def test_the_forwards_output() -> None:
    one = beside([1.5], [9.0], out=np.array([1.5]))
    assert shown(one, beside([2.5], [9.0], out=np.array([2.5]))) == "forward-returned"
    assert shown(one, beside([2.5], [9.0], out=np.array([3.5]))) == ""


def test_the_upstream_gradient_itself() -> None:
    one = beside([1.5], [9.0], dout=np.array([1.5]))
    assert shown(one, beside([2.5], [9.0], dout=np.array([2.5]))) == "upstream-returned"
    assert shown(one, beside([2.5], [9.0], dout=np.array([3.5]))) == ""
    assert shown(beside(1.5, 9.0, dout=1.5)) == "upstream-returned"
    assert shown(beside([1.5], [9.0], dout=(np.array([1.5]),))) == ""


def three(dx: Any, dw: Any, db: Any, right: Any = (1.5, 4.0, 9.0)) -> Observation:
    """A case of three gradients, with these answers; `right` are the right ones."""
    got = zip(("dx", "dw", "db"), (dx, dw, db), right, strict=True)
    return seen({name: (mine, theirs) for name, mine, theirs in got}, dout=np.array(7.0))


THREE = exercise("dx dw db")


def test_another_gradient() -> None:
    assert shown(three(4, 4, 9), of=THREE) == "another-gradient"
    found = probed(three(4, 4, 9), of=THREE)
    assert found is not None
    assert found.hint == "Where dx belongs, you returned dw."
    assert shown(three(4, 4, 9), three(4, 3, 9, right=(1.25, 3, 9)), of=THREE) == ""


def test_gradients_that_changed_places() -> None:
    found = probed(three(4, 1.5, 9), of=THREE)
    assert found is not None
    assert (found.id, found.hint) == (
        "out-of-order",
        "Where dx belongs, you returned dw; the order is dx, dw, db.",
    )
    assert shown(three(4, 1.5, 9), three(3, 3, 9, right=(1.25, 3, 9)), of=THREE) == "another-gradient"


def test_a_network_has_no_order_to_return_its_gradients_in() -> None:
    found = probed(three(4, 1.5, 9), of=network("dx dw db"))
    assert found is not None
    assert (found.id, found.hint) == ("out-of-order", "Where dx belongs, you returned dw.")


def test_which_gradient_it_is_has_to_be_sure() -> None:
    assert shown(three(4, 4, 4, right=(1.5, 4, 4)), of=THREE) == ""


# Whether it changes with dout.


def twins(*cases: tuple[Any, Any, Any]) -> list[Observation]:
    """Cases of the same inputs, each with a dout, an answer and a right gradient."""
    inputs = {"x": np.array([3.0])}
    return [seen({"dx": (got, expected)}, inputs=inputs, dout=np.array(dout)) for dout, got, expected in cases]


def test_ignoring_dout_shows_in_two_cases_beside_the_first_with_the_same_inputs() -> None:
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]))) == ""
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [4.5]))) == "ignores-dout"
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0])), *twins((3, [6.5], [1]), (4, [6.5], [2]))) == (
        "ignores-dout"
    )


def test_an_answer_that_changes_once_does_not_ignore_dout() -> None:
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [4.5]), (4, [5.6], [6.0]))) == ""
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [4.5]), (4, [5.5, 5.5], [6.0]))) == ""


def test_an_answer_that_is_right_not_to_change_says_nothing_of_dout() -> None:
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [1.5]))) == ""


def test_what_is_several_values_at_once_is_said_to_be_the_first_of_them() -> None:
    def all_of(*others: str) -> str:
        """What is shown where each of these is the same wrong number."""
        cases = twins(*((dout, 5.5, 1.5 * dout) for dout in (1, 2, 3)))
        for number, case in enumerate(cases):
            value = {each: np.array(5.5 if each in others else 8.0) for each in ("out", "another")}
            gradients = {"dx": case.reference.gradients["dx"], "dw": value["another"]}
            dout = np.array(5.5) if "dout" in others else case.case.dout
            cases[number] = replace(
                case, case=replace(case.case, dout=dout), reference=Reference(gradients, value["out"])
            )
        return shown(*cases, of=exercise("dx dw"))

    assert all_of("out", "dout", "another") == "forward-returned"
    assert all_of("dout", "another") == "upstream-returned"
    assert all_of("another") == "another-gradient"
    assert all_of() == "ignores-dout"


def test_an_array_says_something_of_dout_by_one_number() -> None:
    answers = [(dout, [5.5, 0.0], [1.5 * dout, 7.5]) for dout in (1, 2, 3)]
    assert shown(*twins(*answers)) == "ignores-dout"
    assert shown(*twins(*answers, (4, [5.6, 0.0], [6.0, 7.5]))) == ""


def test_cases_with_the_very_same_dout_say_nothing_of_it() -> None:
    first, second, third = twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [4.5]))
    again = seen({"dx": ([5.6], [1.5])}, inputs=first.case.inputs, dout=first.case.dout)
    assert shown(first, second, third, again) == "ignores-dout"


@pytest.mark.parametrize(("size", "told"), [(0.9e-6, ""), (1.1e-6, "ignores-dout")])
def test_numbers_as_small_as_the_tolerance_do_not_say_that_dout_is_ignored(size: float, told: str) -> None:
    for sign in (1, -1):
        answers = [(dout, [sign * size], [1.5 * dout]) for dout in (1, 2, 3)]
        assert shown(*twins(*answers)) == told


def test_what_is_no_number_does_not_say_that_dout_is_ignored() -> None:
    assert shown(*twins((1, [NAN], [1.5]), (2, [NAN], [3.0]), (3, [NAN], [4.5]))) == ""
    assert shown(*twins(*((dout, [NAN, 5.5], [1.5 * dout, 3.0 * dout]) for dout in (1, 2, 3)))) == ""
    assert shown(*twins((1, [5.5], [1.5]), (2, [5.5], [3.0]), (3, [5.5], [4.5])), ([NAN], [1.5])) == ""
