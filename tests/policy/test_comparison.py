"""When two values agree, and how the first difference is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.judging.comparison import (
    FLOAT32,
    FLOAT64,
    Mismatch,
    Row,
    Tolerance,
    agrees,
    array_of,
    close,
    describe,
    mismatch,
    tells,
    tolerance,
)
from grader.sandbox.wire.records import Unsupported
from grader.text.numbers import at, number

NAN, INF = float("nan"), float("inf")
HUNDREDTH = Tolerance(rtol=0.01, atol=0.0)


def array(*numbers: float) -> Any:
    return np.array(numbers, dtype=float)


def fact(got: Any, expected: Any, within: Tolerance = FLOAT64) -> str:
    """The first difference, of what the student calls dx."""
    found = mismatch("dx", got, expected, within)
    return found.fact if found else ""


# Tolerances.


def for_case(dout: Any = 1.0, float32: bool = False, rtol: float | None = None) -> Tolerance:
    return tolerance(Case("a case", "random", {}, dout, float32=float32), rtol)


def test_float64_agrees_to_seven_digits_and_float32_to_nearly_six() -> None:
    assert Tolerance(rtol=1e-7, atol=1e-8) == FLOAT64
    assert Tolerance(rtol=1.3e-6, atol=1e-5) == FLOAT32


def test_what_a_sigmoid_clipped_at_20_leaves_out_is_tolerated_and_no_more() -> None:
    """σ(−20) is 2·10⁻⁹."""
    left_out = 1 / (1 + np.exp(20))
    assert close(array(0), array(-3 * left_out), FLOAT64).all()
    assert not close(array(0), array(2e-8), FLOAT64).any()


def test_an_exercises_own_tolerance_is_for_float64_alone() -> None:
    assert for_case() == FLOAT64
    assert for_case(rtol=0.01) == Tolerance(rtol=0.01, atol=1e-8)
    assert for_case(float32=True) == FLOAT32
    assert for_case(float32=True, rtol=0.01) == FLOAT32


@pytest.mark.parametrize(
    ("dout", "times"),
    [
        (1.0, 1),
        (3.0, 3),
        (-3.0, 3),
        (0.01, 1),
        (None, 1),
        (array(0.5, -4, 2), 4),
        (array(0.5, -0.25), 1),
        (np.zeros((0, 3)), 1),
        ((1.0, array(2, -7)), 7),
        ((array(9), 2.0), 9),
        ((0.1, np.zeros(0)), 1),
    ],
)
@pytest.mark.parametrize("float32", [False, True])
def test_what_is_tolerated_grows_with_the_largest_upstream_gradient_above_1(
    dout: Any, times: float, float32: bool
) -> None:
    known = FLOAT32 if float32 else FLOAT64
    found = for_case(dout, float32)
    assert found.rtol == known.rtol
    assert found.atol == pytest.approx(times * known.atol, rel=1e-12)


def test_a_number_agrees_up_to_its_tolerance_on_both_sides() -> None:
    within = Tolerance(rtol=0.25, atol=1.0)
    assert close(array(4, 10, 11, 3), array(8, 8, 8, 8), within).tolist() == [False, True, True, False]
    assert close(array(-4, -5, -11, -12), array(-8, -8, -8, -8), within).tolist() == [False, True, True, False]


def test_the_tolerance_grows_with_the_expected_number_and_not_with_the_students() -> None:
    within = Tolerance(rtol=0.5, atol=0.0)
    assert not close(array(2), array(1), within).any()
    assert close(array(1), array(2), within).all()


def test_nan_agrees_with_nan_and_an_infinity_with_itself() -> None:
    expected = array(NAN, NAN, INF, INF, INF, -INF, 1, 1)
    got = array(NAN, 1, INF, -INF, 1e300, -INF, NAN, 1)
    assert close(got, expected, FLOAT64).tolist() == [True, False, True, False, False, True, False, True]


def test_a_number_agrees_up_to_its_tolerance_beside_what_is_no_finite_number() -> None:
    assert close(array(1 + 1e-9, 2, NAN), array(1, 1, NAN), FLOAT64).tolist() == [True, False, True]


def test_infinities_are_no_nearer_than_numbers() -> None:
    assert not close(array(INF, NAN), array(1, 1), FLOAT64).any()


# Structure.


def test_a_value_agrees_in_its_shape_too() -> None:
    assert agrees(array(1, 2), array(1, 2), FLOAT64)
    assert not agrees(array(1, 2), array(1, 3), FLOAT64)
    assert not agrees(array(1, 1), array(1), FLOAT64)
    assert not agrees(np.array(1.0), array(1), FLOAT64)
    assert not agrees(Unsupported("a str"), array(1), FLOAT64)


def test_nested_lists_agree_with_an_array() -> None:
    assert agrees([array(1, 2), (np.array(3.0), np.array(4.0))], np.array([[1, 2], [3, 4]]), FLOAT64)


def test_a_sequence_agrees_part_by_part() -> None:
    expected = (array(1), array(2))
    assert agrees((array(1), array(2)), expected, FLOAT64)
    assert agrees([array(1), array(2)], expected, FLOAT64)
    for wrong in ((array(1), array(3)), (array(3), array(2)), (array(1),), (array(1), array(2), array(3))):
        assert not agrees(wrong, expected, FLOAT64)
    for odd in (array(1, 2), np.array([[1], [2]]), np.array(1.0), Unsupported("a str")):
        assert not agrees(odd, expected, FLOAT64)


def test_the_parts_of_a_sequence_may_have_unequal_shapes() -> None:
    for expected in ((array(1), array(2, 3)), [array(1), array(2, 3)]):
        assert agrees(expected, expected, FLOAT64)
        assert not agrees((array(1), array(2, 4)), expected, FLOAT64)


def test_a_dict_agrees_key_by_key_and_may_have_more() -> None:
    expected = {"a": array(1), "b": array(2)}
    assert agrees(expected, expected, FLOAT64)
    assert agrees({**expected, "c": array(9)}, expected, FLOAT64)
    for wrong in (
        {"a": array(1)},
        {"a": array(1), "b": array(3)},
        {"a": array(3), "b": array(2)},
        (array(1), array(2)),
        Unsupported("a str"),
    ):
        assert not agrees(wrong, expected, FLOAT64)


def test_what_is_an_array_is_told_from_what_is_none() -> None:
    matrix = array_of((array(1, 2), array(3, 4)))
    assert isinstance(matrix, np.ndarray)
    assert matrix.tolist() == [[1, 2], [3, 4]]
    assert array_of({"a": array(1)}) == Unsupported("a dict")
    assert array_of([array(1), Unsupported("a str")]) == Unsupported("a list with a str in it")
    assert array_of((array(1), array(1, 2))) == Unsupported("a tuple of parts with unequal shapes")
    assert array_of(3.0) == np.array(3.0)
    empty = array_of([])
    assert isinstance(empty, np.ndarray)
    assert empty.shape == (0,)


# Words.


def test_the_first_difference_is_said() -> None:
    assert fact(array(1, 2, 3), array(1, 2, 3)) == ""
    assert fact(array(1, 5, 6), array(1, 2, 3)) == "dx[1] = 5, PyTorch says 2"
    assert fact(np.array([[1, 2], [9, 9]]), np.array([[1, 2], [3, 4]])) == "dx[1, 0] = 9, PyTorch says 3"
    assert fact(np.array(5.0), 2.0) == "dx = 5, PyTorch says 2"


def test_a_number_that_is_none_is_said_where_it_is_the_first_difference() -> None:
    assert fact(array(1, NAN, INF), array(1, 2, 3)) == "dx[1] is nan, PyTorch says 2"
    assert fact(array(9, NAN), array(1, 2)) == "dx[0] = 9, PyTorch says 1"
    assert fact(array(1, -INF), array(1, 0.25)) == "dx[1] is -inf, PyTorch says 0.25"
    assert fact(array(1, NAN), array(1, NAN)) == ""


def test_digits_are_added_where_six_show_no_difference() -> None:
    assert fact(array(1.000001), array(1)) == "dx[0] = 1.000001, PyTorch says 1.0"
    assert fact(array(1.00001), array(1)) == "dx[0] = 1.00001, PyTorch says 1"


@pytest.mark.parametrize(
    ("value", "written"),
    [(2.0, "2"), (-0.0, "0"), (-2.5, "-2.5"), (1 / 3, "0.333333"), (123456.4, "123456"), (1234567.0, "1.23457e+06")],
)
def test_a_number_has_six_digits_at_most(value: float, written: str) -> None:
    assert number(value) == written


def test_a_place_is_written_as_it_is_typed() -> None:
    assert (at((1, 0)), at((2,)), at(())) == ("[1, 0]", "[2]", "")


def test_a_wrong_shape_is_said_with_the_right_one() -> None:
    assert fact(array(1, 2), array(1)) == "dx has the shape (2,), and needs (1,)"
    assert fact(array(1, 2), 1.0) == "dx has the shape (2,), where a single number belongs"
    assert fact((array(1, 2),), array(1, 2)) == "dx is wrapped in a tuple of one; return dx itself"
    assert fact([array(1, 2)], array(1, 2)) == "dx is wrapped in a list of one; return dx itself"
    assert fact((array(1, 2),), array(1, 2, 3)) == "dx has the shape (1, 2), and needs (3,)"
    assert fact((array(1, 2), array(1, 2)), array(1, 2)) == "dx has the shape (2, 2), and needs (2,)"
    assert fact(np.array([[1, 2]]), array(1, 2)) == "dx has the shape (1, 2), and needs (2,)"
    assert fact(np.array(1.0), array(1)) == "dx has the shape (), and needs (1,)"
    assert fact((np.array(1.0),), 1.0) == "dx is wrapped in a tuple of one; return dx itself"


def test_another_kind_of_value_is_said_with_the_right_one() -> None:
    assert fact(Unsupported("a str"), array(1, 2)) == "dx is a str, where an array of shape (2,) belongs"
    assert fact(Unsupported("None"), 1.0) == "dx is None, where a number belongs"
    assert fact({}, 1.0) == "dx is a dict, where a number belongs"
    assert fact((array(1),), {"a": 1.0}) == "dx is a tuple of 1, where a dict belongs"
    assert fact(array(1), (1.0, 2.0)) == "dx is an array of shape (1,), where a tuple of 2 belongs"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Unsupported("None"), "None"),
        (np.array(1.0), "a number"),
        (array(1, 2), "an array of shape (2,)"),
        ({"a": 1}, "a dict of 1"),
        ((1, 2, 3), "a tuple of 3"),
        ([1], "a list of 1"),
    ],
)
def test_a_value_is_described_in_a_few_words(value: Any, words: str) -> None:
    assert describe(value) == words


def test_a_difference_inside_is_said_with_its_place() -> None:
    assert fact({"a": array(1)}, {"a": array(1), "b": array(2)}) == "dx lacks the key 'b'"
    assert fact({"a": array(1), "b": array(3)}, {"a": array(1), "b": array(2)}) == "dx['b'][0] = 3, PyTorch says 2"
    assert fact({"a": array(1)}, {"a": array(1)}) == ""
    assert fact((array(1),), (array(1), array(2))) == "dx has 1 parts, and 2 belong there"
    assert fact([array(1), array(3)], [array(1), array(2)]) == "dx[1][0] = 3, PyTorch says 2"
    assert fact((array(1), array(2)), (array(1), array(2))) == ""


def test_differences_are_of_a_kind() -> None:
    def kind(got: Any, expected: Any) -> str:
        found = mismatch("dx", got, expected, FLOAT64)
        assert isinstance(found, Mismatch)
        return found.kind

    assert kind(Unsupported("None"), 1.0) == "type"
    assert kind(array(1), {"a": 1.0}) == "type"
    assert kind({}, {"a": 1.0}) == "type"
    assert kind(array(1), (1.0,)) == "type"
    assert kind((), (1.0,)) == "shape"
    assert kind(array(1, 2), 1.0) == "shape"
    assert kind(array(NAN), array(1)) == "value"
    assert kind(array(2), array(1)) == "value"


# All cases at once.


def met(*pairs: tuple[Any, Any], within: Tolerance = HUNDREDTH) -> bool:
    return Row([(expected, within) for _, expected in pairs]).is_met([got for got, _ in pairs])


def test_a_row_is_met_where_every_array_agrees() -> None:
    assert met((array(1, 2), array(1, 2)), (array(3), array(3)))
    assert not met((array(1, 2), array(1, 2)), (array(3), array(4)))
    assert not met((array(1, 9), array(1, 2)), (array(3), array(3)))


def test_a_row_is_met_up_to_the_tolerance_of_each_array() -> None:
    row = Row([(array(-100), HUNDREDTH), (array(-100), Tolerance(rtol=0.1, atol=1.0))])
    assert row.is_met([array(-101), array(-111)])
    assert row.is_met([array(-99), array(-89)])
    assert not row.is_met([array(-101.1), array(-111)])
    assert not row.is_met([array(-101), array(-111.1)])


def test_a_row_is_not_met_by_another_number_or_shape_of_arrays() -> None:
    row = Row([(array(1), HUNDREDTH), (array(2), HUNDREDTH)])
    assert not row.is_met([array(1)])
    assert not row.is_met([array(1), array(2), array(3)])
    assert not row.is_met([array(1), np.array(2.0)])
    assert not row.is_met([array(1), (np.array(2.0),)])
    assert not row.is_met([array(1), None])


@pytest.mark.parametrize("odd", [NAN, INF])
def test_a_row_leaves_what_is_no_finite_number_to_a_closer_look(odd: float) -> None:
    assert not met((array(odd), array(1)))
    assert not met((array(odd), array(odd)))
    assert not met((array(1), array(odd)))
    assert not met((array(1, 2), array(odd, 2)))
    assert not met((array(odd, 2), array(1, 2)))


def test_a_row_is_not_met_by_float32_where_float64_belongs() -> None:
    double, single = array(1.5), array(1.5).astype(np.float32)
    assert not met((single, double))
    assert met((single, double), within=FLOAT32)
    row = Row([(double, FLOAT32), (double, FLOAT64)])
    assert row.is_met([single, double])
    assert not row.is_met([double, single])


def test_only_numbers_that_float32_does_not_hold_tell_that_they_were_computed_in_it() -> None:
    assert tells(array(0.1, 0.5, 0, 2**24, 2**24 + 1, 1e-60)).tolist() == [True, False, False, False, True, True]


def test_the_errors_of_a_row_are_those_of_telling_numbers_in_float64_cases() -> None:
    row = Row([(array(0.1, 0.5, -0.2), HUNDREDTH), (array(0.3), FLOAT32), (array(0.7), FLOAT64)])
    got = [array(0.1001, 0.501, -0.2002), array(0.3003), array(0.7)]
    assert row.errors(got) == pytest.approx([1e-3, 1e-3, 0.0])


def test_a_large_array_is_shown_around_what_is_wrong() -> None:
    expected = np.arange(24.0).reshape(2, 12)
    got = expected.copy()
    got[1, 5] = -1
    wrong = mismatch("dx", got, expected, FLOAT64)
    assert wrong is not None
    assert wrong.fact == (
        "dx[1, 5] = -1, PyTorch says 17; dx[1, 3:8] = [15, 16, -1, 18, 19], PyTorch says [15, 16, 17, 18, 19]"
    )
    got[0, 0] = 9
    wrong = mismatch("dx", got, expected, FLOAT64)
    assert wrong is not None
    assert wrong.fact.endswith("; dx[0, 0:3] = [9, 1, 2], PyTorch says [0, 1, 2]")


@pytest.mark.parametrize("shape", [(16,), (4, 4), (17, 1), ()])
def test_a_small_array_or_a_column_is_not(shape: tuple[int, ...]) -> None:
    wrong = mismatch("dx", np.zeros(shape), np.ones(shape), FLOAT64)
    assert wrong is not None
    assert ";" not in wrong.fact
