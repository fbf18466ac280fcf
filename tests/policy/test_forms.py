"""Which values are right but for their form: axes of size 1 too many or too few, and float32 where float64 belongs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.judging.comparison import FLOAT32, FLOAT64, Mismatch, Tolerance, mismatch, tolerance

NAN = float("nan")


def array(*numbers: float) -> Any:
    return np.array(numbers, dtype=float)


def fact(got: Any, expected: Any) -> str:
    found = mismatch("dx", got, expected, FLOAT64)
    return found.fact if found else ""


def kind(got: Any, expected: Any, within: Tolerance = FLOAT64) -> str:
    found = mismatch("dx", got, expected, within)
    return found.kind if found else ""


ROW = np.array([[1.5, 2.5]])
FLAT = array(1.5, 2.5)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ROW, FLAT),
        (FLAT, ROW),
        (ROW.T, FLAT),
        (ROW.T, ROW),
        (ROW[None], FLAT),
        ((FLAT,), FLAT),
        (array(1.5), 1.5),
        (np.array(1.5), array(1.5)),
        (np.array([[1.5]]), 1.5),
        (np.ones((2, 1, 3)), np.ones((2, 3))),
        (np.zeros((0, 1)), np.zeros(0)),
    ],
)
def test_a_shape_with_other_axes_of_size_1_is_right_but_for_its_axes(got: Any, expected: Any) -> None:
    assert kind(got, expected) == "axes"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones(6), np.ones((2, 3))),
        (np.ones((2, 2)), np.ones(2)),
        (np.ones(2), np.ones((2, 2))),
        (np.ones(2), 1.0),
        (np.zeros(0), np.zeros((0, 3))),
        (np.zeros(0), 1.0),
        (np.array(1.0), np.ones(2)),
    ],
)
def test_any_other_shape_is_wrong(got: Any, expected: Any) -> None:
    assert kind(got, expected) == "shape"


def test_a_wrong_number_in_another_shape_is_a_wrong_shape() -> None:
    assert kind(np.array([[1.5, 9.0]]), FLAT) == "shape"
    assert kind(np.array([[1.5, NAN]]), FLAT) == "shape"
    assert fact(np.array([[1.5, 9.0]]), FLAT) == "dx has the shape (1, 2), and needs (2,)"
    assert kind(array(1.5 * (1 + 1e-6)), 1.5) == "shape"


TENTHS = array(0.1, 0.7)


def narrow(numbers: Any, off: float = 0.0) -> Any:
    return (numbers * (1 + off)).astype(np.float32)


def test_float32_is_right_but_for_its_width_where_float64_belongs() -> None:
    assert kind(narrow(TENTHS), TENTHS) == "width"
    assert kind(narrow(FLAT), FLAT) == "width", "though float32 holds these numbers exactly"
    assert fact(narrow(TENTHS), TENTHS) == "dx comes back as float32, though all that goes in is float64"
    assert kind([narrow(TENTHS), narrow(TENTHS)], np.array([TENTHS, TENTHS])) == "width"


def test_float32_belongs_in_a_float32_case() -> None:
    assert kind(narrow(TENTHS), TENTHS, FLOAT32) == ""
    assert kind(narrow(TENTHS, 1e-4), TENTHS, FLOAT32) == "value"


def test_a_number_in_float32_is_right_within_a_tolerance_of_its_own() -> None:
    hundreds = 1000 * TENTHS
    assert kind(narrow(hundreds, 1e-6), hundreds) == "width"
    assert kind(narrow(hundreds, 2e-6), hundreds) == "value"
    assert kind(narrow(array(0.9e-6)), array(0)) == "width"
    assert kind(narrow(array(1.1e-6)), array(0)) == "value"
    large = tolerance(Case("a case", "random", {}, 1000.0), None)
    assert kind(narrow(array(0.9e-3)), array(0), large) == "width"
    assert kind(narrow(array(1.1e-3)), array(0), large) == "value"


def test_no_other_type_is_a_matter_of_width() -> None:
    assert kind(TENTHS.astype(np.float16), TENTHS) == "value"
    assert kind(FLAT.astype(np.float16), FLAT) == ""
    assert kind(np.array([1, 2]), array(1, 2)) == ""
    assert kind(np.array([1, 0]), FLAT) == "value"


def test_another_shape_in_float32_is_told_of_its_axes() -> None:
    assert kind(narrow(TENTHS)[None], TENTHS) == "axes"
    assert kind(narrow(TENTHS, 1e-3)[None], TENTHS) == "shape"


def test_two_kinds_are_a_matter_of_form() -> None:
    kinds: Any = ("missing", "type", "shape", "value", "precision", "axes", "width")
    assert [each for each in kinds if Mismatch(each, "").is_form] == ["axes", "width"]


def test_of_differences_inside_one_of_value_is_said_before_one_of_form() -> None:
    expected = {"a": FLAT, "b": FLAT, "c": FLAT}
    found = mismatch("dx", {"a": ROW, "b": FLAT, "c": 2 * FLAT}, expected, FLOAT64)
    assert found == Mismatch("value", "dx['c'][0] = 3, PyTorch says 1.5", "dx['c'][0]")
    found = mismatch("dx", {"a": FLAT, "b": narrow(FLAT), "c": ROW}, expected, FLOAT64)
    assert found is not None
    assert (found.kind, found.of) == ("width", "dx['b']")
    assert kind([ROW, 2 * FLAT], [FLAT, FLAT]) == "value"
    assert kind((FLAT, ROW), (FLAT, FLAT)) == "axes"
    assert kind({"a": ROW, "b": FLAT}, expected) == "type"


def test_a_mismatch_says_what_it_is_of() -> None:
    def of(got: Any) -> str:
        found = mismatch("dx", got, FLAT, FLOAT64)
        assert found is not None
        return found.of

    assert (of(2 * FLAT), of(array(1.5, NAN))) == ("dx[0]", "dx[1]")
    assert (of(ROW), of(narrow(FLAT))) == ("dx", "dx")
