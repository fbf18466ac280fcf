"""Right to a few digits only: how far off, and how many numbers of it, before anybody is told."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judging.precision import COARSE, coarseness, is_fine
from tests.policy.builders import Answers, observed, seen

TENTHS = [0.1, 0.2, 0.3, 0.7, 0.9]
"""Numbers that float32 doesn't hold exactly."""


def off(expected: list[float], by: float) -> Answers:
    """An answer that is off by a part of each number."""
    return {"dx": ([each * (1 + by) for each in expected], expected)}


def test_four_coarse_numbers_prove_something_and_three_do_not() -> None:
    assert is_fine(np.full(3, 1e-9))
    assert not is_fine(np.full(4, 1e-9))


def test_a_quarter_of_the_numbers_has_to_be_coarse() -> None:
    def errors(coarse: int, exact: int) -> list[float]:
        return [1e-9] * coarse + [0.0] * exact

    assert is_fine(np.array(errors(24, 76)))
    assert not is_fine(np.array(errors(25, 75)))
    assert not is_fine(np.array(errors(4, 12)))
    assert is_fine(np.array(errors(4, 13)))


def test_a_number_is_coarse_when_it_is_off_by_more_than_a_millionth_of_a_millionth() -> None:
    assert COARSE == 1e-12
    assert is_fine(np.full(100, COARSE))
    assert not is_fine(np.full(100, 1.01 * COARSE))


def test_every_case_that_is_coarse_is_marked_and_no_exact_one() -> None:
    found = coarseness(observed(off(TENTHS, 1e-9), off(TENTHS, 0), off(TENTHS, 1e-9)), "dx", ())
    assert list(found) == [0, 2]
    assert {each.kind for each in found.values()} == {"precision"}


def test_a_case_is_coarse_by_one_number_that_is_off_by_more_than_rounding() -> None:
    def beside(by: float) -> list[int]:
        one_off = {"dx": ([0.1 * (1 + by), *TENTHS], [0.1, *TENTHS])}
        return list(coarseness(observed(off(TENTHS, 1e-9), one_off), "dx", ()))

    assert beside(0.9 * COARSE) == [0]
    assert beside(1.1 * COARSE) == [0, 1]


def test_a_case_that_is_wrong_says_nothing_of_its_precision() -> None:
    judged = observed(off(TENTHS, 1e-9), off(TENTHS, 0.5), off(TENTHS, 0))
    assert list(coarseness(judged, "dx", {1})) == [0]
    assert coarseness(judged, "dx", {0, 1}) == {}


def test_a_float32_case_says_nothing_of_precision() -> None:
    float32, float64 = (seen(off(TENTHS, 1e-7), float32=each) for each in (True, False))
    assert coarseness(observed(float32), "dx", ()) == {}
    assert list(coarseness(observed(float32, float64), "dx", ())) == [1]


def test_a_gradient_that_is_no_array_in_a_case_is_passed_over() -> None:
    assert list(coarseness(observed({"dx": ({}, 1.0)}, off(TENTHS, 1e-9)), "dx", ())) == [1]


def test_what_pytorch_says_is_0_has_no_digits() -> None:
    judged = observed({"dx": ([1e-10] * 9, [0.0] * 9)}, off(TENTHS, 0))
    assert coarseness(judged, "dx", ()) == {}
    assert list(coarseness(observed(off([*TENTHS, 0.0], 1e-9)), "dx", ())) == [0]


def test_numbers_that_float32_holds_exactly_make_no_gradient_fine() -> None:
    halves = off([0.5] * 100, 0)
    assert list(coarseness(observed(halves, off(TENTHS, 1e-9)), "dx", ())) == [1]


def test_numbers_that_float32_holds_exactly_make_no_gradient_coarse_but_are_marked_where_others_do() -> None:
    halves = off([0.5] * 100, 1e-9)
    assert coarseness(observed(halves), "dx", ()) == {}
    assert list(coarseness(observed(halves, off(TENTHS, 1e-9)), "dx", ())) == [0, 1]


@pytest.mark.parametrize(("by", "digits"), [(2e-7, 6), (5e-8, 7), (2e-8, 7), (5e-11, 10)])
def test_the_digits_that_are_right_are_counted(by: float, digits: int) -> None:
    (found,) = coarseness(observed(off(TENTHS, by)), "dx", ()).values()
    assert found.fact == f"dx has about {digits} right digits, and an exact gradient has fifteen"


def test_exact_numbers_beside_coarse_ones_do_not_add_digits() -> None:
    (found,) = coarseness(observed(off(TENTHS, 5e-8), off([*TENTHS, *TENTHS], 0)), "dx", ()).values()
    assert found.fact.startswith("dx has about 7 right digits")


def test_the_digits_are_those_of_the_middle_number() -> None:
    errors = [2e-5, 2e-5, 2e-8, 2e-8, 2e-8]
    got = [each * (1 + by) for each, by in zip(TENTHS, errors, strict=True)]
    (found,) = coarseness(observed({"dx": (got, TENTHS)}), "dx", ()).values()
    assert found.fact.startswith("dx has about 7 right digits")
