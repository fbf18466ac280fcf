"""The same wrong answer is recognised by its numbers, however it was written, and no other is taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.judging.digest import digest
from grader.results import Diagnosis, Finding
from grader.sandbox.wire.records import Unsupported
from tests.policy.builders import MISSING, RAISED, Answers, diagnostician, exercise, observed, seen
from tests.policy.test_findings import told

RIGHT = np.array([0.1, -2.5, 3.0, 4.0])


def of(*answers: Any, name: str = "dx", **fields: Any) -> str:
    """The digest of answers, one in each case, of which PyTorch says `RIGHT`."""
    return digest([seen({name: (answer, RIGHT)}, **fields) for answer in answers], [name])


def test_rounding_and_the_type_of_numbers_make_no_difference() -> None:
    wrong, typed = 3 * RIGHT, np.array([0.3, -7.5, 9.0, 12.0])
    assert wrong.tolist() != typed.tolist()
    assert of(wrong) == of(typed) == of(wrong * (1 + 1e-12)) == of(wrong.tolist())
    assert of(np.array([3, 0, 0, 1])) == of(np.array([3.0, -0.0, 1e-17, 1.0]))
    assert of(np.zeros(4)) == of(np.full(4, 1e-11))
    assert of(1e300 * RIGHT) == of(1e300 * RIGHT * (1 + 1e-15))


def test_any_number_any_case_any_place_and_any_shape_makes_another_answer() -> None:
    wrong = 3 * RIGHT
    other = [
        of(wrong),
        of(wrong * (1 + 1e-4)),
        of(wrong[::-1]),
        of(wrong.reshape(2, 2)),
        of(wrong, wrong),
        of(wrong, RIGHT),
        of(MISSING),
        of(np.nan * wrong),
        of(Unsupported("a str")),
        of(wrong, name="dw"),
    ]
    assert len(set(other)) == len(other)


def test_a_case_without_an_answer_is_one_and_what_is_in_float32_is_left_out() -> None:
    assert of(RIGHT) != digest([seen({"dx": (MISSING, RIGHT)}, got=None, error=RAISED)], ["dx"])
    single = [seen({"dx": (factor * RIGHT, RIGHT)}, float32=True) for factor in (3, 4)]
    assert digest(single[:1], ["dx"]) == digest(single[1:], ["dx"]) == digest([], ["dx"])


def test_what_has_no_diagnosis_has_the_digest_of_its_wrong_gradient() -> None:
    odd: list[Answers] = [{"dx": ([7.0, 1.0], [1.0, 2.0])}, {"dx": ([9.0, 1.0], [1.0, 2.0])}]
    (found,) = told(exercise("dx"), *odd)
    assert found.diagnosis is None
    assert found.answer == found.digest == digest(observed(*odd).values(), ["dx"])
    flipped: list[Answers] = [{"dx": ([-7.0, 1.0], [7.0, -1.0])}, {"dx": ([-9.0, 2.0], [9.0, -2.0])}]
    (found,) = told(exercise("dx"), *flipped)
    assert diagnostician(exercise("dx"), list(observed(*flipped).values())).diagnoses
    assert found.answer == found.digest == ""


def test_a_formula_is_the_answer_and_a_known_mistake_is_none() -> None:
    formula = Diagnosis("formula", "dx", "It comes out as -dx.", "Check each sign.", "dx = -dout", "sign")
    assert Finding("dx is wrong", diagnosis=formula).answer == "dx = -dout"
    assert Finding("dx is wrong", diagnosis=Diagnosis("mask", "dx", "You mask.", "Don't.", "dx = 0")).answer == ""


def test_a_finding_can_be_read_back_from_what_is_kept_of_it() -> None:
    said = Diagnosis("formula", "dx", "It comes out as -dx.", "Check each sign.", "dx = -dout", "sign")
    probed = Diagnosis("sign-flipped", "dx", "dx has the wrong sign.", "Look for a minus.")
    for each in (
        Finding("dx is wrong"),
        Finding(
            "dx is wrong", "bend(3)", "dx = 9, PyTorch says 6", "2 of 9 agree", said, "Look.", case=0, probed=probed
        ),
        Finding("it raises", theirs=("line 3", "ValueError"), altered="bend_forward", digest="abc"),
    ):
        assert Finding.from_json(each.to_json()) == each
