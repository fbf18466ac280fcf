"""A misconception is named where its program gives the student's own numbers, and no other explains them.

Where every case is answered; for the others see `test_silence`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.observation import Observation
from grader.results import Diagnosis
from grader.text.language import listed
from tests.policy.builders import (
    MISSING,
    Program,
    all_marked,
    at,
    diagnosed,
    diagnostician,
    exercise,
    misconception,
    network,
    nothing_at,
    observed,
    seen,
    squared,
)


def cubed(dout: Any, x: Any) -> Any:
    return dout * x**3


def bent(*programs: Program) -> Exercise:
    """An exercise whose right dx is anything, with these misconceptions."""
    return exercise("dx", misconceptions=programs)


SQUARE, CUBE = misconception("square", squared), misconception("cube", cubed)
SQUARES = [at(3.0, 18.0, 1.0), at(5.0, 50.0, 1.5)]


def test_a_misconception_is_named_with_its_claim_and_hint() -> None:
    found = diagnostician(bent(CUBE, SQUARE), SQUARES).diagnoses
    assert found == {"dx": Diagnosis("square", "dx", "You square it.", "Don't square.")}


def test_a_misconception_has_to_give_the_students_numbers_in_every_case() -> None:
    assert diagnosed(bent(SQUARE), SQUARES) == {"dx": "square"}
    assert diagnosed(bent(SQUARE), [*SQUARES, at(7.0, 3.1, 1.0)]) == {}
    assert diagnosed(bent(SQUARE), [at(7.0, 3.1, 1.0), *SQUARES]) == {}


def test_two_misconceptions_that_explain_the_numbers_are_none() -> None:
    assert diagnosed(bent(SQUARE, misconception("twice", squared)), SQUARES) == {}


def test_a_misconception_gives_the_students_numbers_within_the_tolerance_of_the_case() -> None:
    near = 18.0 * (1 + 1e-6)
    assert diagnosed(bent(SQUARE), [at(3.0, near, 1.0), SQUARES[1]]) == {}
    assert diagnosed(bent(SQUARE), [at(3.0, near, 1.0, float32=True), SQUARES[1]]) == {"dx": "square"}
    assert diagnosed(bent(SQUARE), [at(3.0, near, 1.0, rtol=1e-3), SQUARES[1]]) == {"dx": "square"}


def test_a_misconception_that_is_right_about_a_gradient_is_not_named_for_it() -> None:
    """A gradient that is coarse is told nothing of a mistake that was made elsewhere, and doesn't touch it."""
    skewed = misconception("skew", lambda dout, x, w: (dout * w, 7 * dout))
    of = exercise("dx dw", misconceptions=(skewed,))
    judged = [
        seen({"dx": (2 * w * (1 + 1e-9), 2 * w), "dw": (14.0, expected)}, inputs={"x": 1.0, "w": w}, dout=2.0)
        for w, expected in ((np.array([0.3, 0.1]), 1.0), (np.array([0.7, 0.9]), 5.0))
    ]
    assert diagnosed(of, judged) == {"dx": "low-precision", "dw": "skew"}
    of_any = exercise("dx dw", misconceptions=(misconception("skew", skewed, "You skewed {names}."),))
    assert diagnosed(of_any, judged) == {"dx": "low-precision", "dw": "skew"}


def test_a_misconception_that_is_right_in_some_cases_may_be_named() -> None:
    assert diagnosed(bent(SQUARE), [at(3.0, 18.0, 18.0), *SQUARES]) == {"dx": "square"}
    assert diagnosed(bent(SQUARE), [*SQUARES, at(3.0, 18.0, 18.0)]) == {"dx": "square"}


def both(dx: float, dw: float, claim: str = "") -> Program:
    made = misconception(f"return_{dx:g}_{dw:g}", lambda dout, x, w: (dx * x, dw * w), claim)
    made.__doc__ = f"{made.__doc__ or ''} Look at {{names}}."
    return made


def two(dx: float, dw: float) -> list[Observation]:
    """Cases in which these parts of x and w came back; once each is right."""
    return [
        seen({"dx": (dx * x, x), "dw": (dw * w, w)}, inputs={"x": x, "w": w}, dout=2.0)
        for x, w in ((3.1, 5.2), (7.3, 11.4))
    ]


def of_two(*programs: Program) -> Exercise:
    return exercise("dx dw", misconceptions=programs)


def test_who_makes_half_of_a_mistake_is_not_told_of_the_other_half() -> None:
    """Its hint may be about any gradient: it is the claim that has to hold of the half."""
    of = of_two(both(1.7, 2.9))
    assert diagnosed(of, two(1.7, 2.9)) == {"dx": "return-1.7-2.9", "dw": "return-1.7-2.9"}
    assert diagnosed(of, two(1.7, 1)) == {}
    assert diagnosed(of, two(1, 2.9)) == {}
    assert diagnosed(of, two(1.7, 4.3)) == {}


def test_who_makes_half_of_a_mistake_is_told_of_it_by_a_claim_that_holds_of_any_gradient() -> None:
    of = of_two(both(1.7, 2.9, "You guessed {names}."))
    assert diagnosed(of, two(1.7, 2.9)) == {"dx": "return-1.7-2.9", "dw": "return-1.7-2.9"}
    assert diagnosed(of, two(1.7, 1)) == {"dx": "return-1.7-2.9"}
    assert diagnosed(of, two(1, 2.9)) == {"dw": "return-1.7-2.9"}
    assert diagnosed(of, two(1.7, 4.3)) == {"dx": "return-1.7-2.9"}


def test_a_mistake_that_was_made_whole_is_named_before_half_of_another() -> None:
    half, whole = both(1.7, 2.9, "You guessed {names}."), both(1.7, 1)
    for programs in ((half, whole), (whole, half)):
        assert diagnosed(of_two(*programs), two(1.7, 1)) == {"dx": "return-1.7-1"}
        assert diagnosed(of_two(*programs), two(1.7, 4.3)) == {"dx": "return-1.7-1"}


def test_two_halves_that_explain_the_numbers_are_none() -> None:
    halves = [both(1.7, dw, "You guessed {names}.") for dw in (2.9, 5.3)]
    assert diagnosed(of_two(*halves), two(1.7, 1)) == {}
    assert diagnosed(of_two(*halves), two(1.7, 4.3)) == {}


def test_of_two_halves_the_one_that_agrees_in_more_gradients_is_named() -> None:
    def three(dw: float, db: float) -> Program:
        return misconception(
            f"take_{dw:g}_{db:g}", lambda dout, x, w, b: (1.7 * x, dw * w, db * b), "You guessed {names}."
        )

    def of(*programs: Program) -> Exercise:
        return exercise("dx dw db", misconceptions=programs)

    cases = [
        seen({"dx": (1.7 * x, x), "dw": (3.3, 3.3), "db": (9 * x, x)}, inputs={"x": x, "w": 3.3, "b": x}, dout=2.0)
        for x in (3.1, 7.3)
    ]
    for programs in ((three(2.9, 9), three(2.9, 5)), (three(2.9, 5), three(2.9, 9))):
        assert diagnosed(of(*programs), cases)["dx"] == "take-2.9-9"
    assert "dx" not in diagnosed(of(three(2.9, 9), three(4.1, 9), three(2.9, 5)), cases)


def test_who_makes_a_mistake_and_another_is_told_of_it() -> None:
    assert diagnosed(of_two(both(1.7, 1)), two(1.7, 2.9)) == {"dx": "return-1.7-1"}


def test_of_two_misconceptions_the_one_that_explains_every_gradient_is_named() -> None:
    for programs in ((both(1.7, 1), both(1.7, 2.9)), (both(1.7, 2.9), both(1.7, 1))):
        of = of_two(*programs)
        assert diagnosed(of, two(1.7, 2.9)) == {"dx": "return-1.7-2.9", "dw": "return-1.7-2.9"}
        assert diagnosed(of, two(1.7, 1)) == {"dx": "return-1.7-1"}


def test_two_mistakes_in_two_gradients_are_both_named() -> None:
    assert diagnosed(of_two(both(1.7, 1), both(1, 2.9)), two(1.7, 2.9)) == {"dx": "return-1.7-1", "dw": "return-1-2.9"}


# Names in a claim.


def claims(of: Exercise, cases: Sequence[Observation]) -> dict[str, tuple[str, str]]:
    """What is claimed of each gradient, and the last words of the hint."""
    found = diagnostician(of, cases).diagnoses
    return {name: (each.claim, each.hint.rpartition(". ")[2]) for name, each in found.items()}


def test_a_claim_and_a_hint_name_the_gradients_that_they_are_said_of() -> None:
    of = of_two(both(1.7, 2.9, "You guessed {names}."))
    assert claims(of, two(1.7, 1)) == {"dx": ("You guessed dx.", "Look at dx.")}
    assert claims(of, two(1, 2.9)) == {"dw": ("You guessed dw.", "Look at dw.")}
    assert claims(of, two(1.7, 2.9)) == dict.fromkeys(("dx", "dw"), ("You guessed dx and dw.", "Look at dx and dw."))


def test_a_claim_names_no_gradient_that_another_mistake_was_made_in() -> None:
    of = of_two(both(1.7, 1, "You guessed {names}."), both(1, 2.9, "You took {names}."))
    assert claims(of, two(1.7, 2.9)) == {
        "dx": ("You guessed dx.", "Look at dx."),
        "dw": ("You took dw.", "Look at dw."),
    }


def test_names_are_listed_as_in_a_sentence() -> None:
    assert listed(["da"]) == "da"
    assert listed(["da", "db"]) == "da and db"
    assert listed(["da", "db", "dc"]) == "da, db and dc"


# Programs.


def raises_above_4(error: type[Exception] = ValueError) -> Program:
    def raising(dout: Any, x: Any) -> Any:
        if x > 4:
            raise error
        return squared(dout, x)

    return misconception("raise", raising)


@pytest.mark.parametrize("error", [ZeroDivisionError, FloatingPointError, IndexError, ValueError])
def test_a_misconception_may_raise_what_arithmetic_raises(error: type[Exception]) -> None:
    assert diagnosed(bent(raises_above_4(error)), [SQUARES[0], nothing_at(5.0)]) == {"dx": "raise"}


def test_where_a_misconception_raises_a_wrong_number_contradicts_it_not_and_a_right_one_does() -> None:
    assert diagnosed(bent(raises_above_4()), [SQUARES[0], at(2.0, 8.0, 1.0), SQUARES[1]]) == {"dx": "raise"}
    assert diagnosed(bent(raises_above_4()), SQUARES) == {}, "one case of two is too few"
    assert diagnosed(bent(raises_above_4()), [SQUARES[0], at(2.0, 8.0, 1.0), at(5.0, 1.5, 1.5)]) == {}


def test_a_misconception_that_is_right_wherever_it_does_not_raise_explains_nothing() -> None:
    assert diagnosed(bent(raises_above_4()), [at(3.0, 1.0, 18.0), at(5.0, 7.0, 50.0)]) == {}
    assert diagnosed(bent(raises_above_4()), [at(3.0, 1.0, 18.0), nothing_at(5.0)]) == {}


def test_a_misconception_may_warn() -> None:
    def warning(dout: Any, x: Any) -> Any:
        warnings.warn("large", stacklevel=1)
        return squared(dout, x) + 1 / np.float64(1e300) / np.float64(1e300)

    assert diagnosed(bent(misconception("warn", warning)), SQUARES) == {"dx": "warn"}


def test_a_misconception_is_run_once_a_case_and_on_the_cases_own_arguments() -> None:
    calls: list[tuple[Any, ...]] = []

    def counting(*arguments: Any) -> Any:
        calls.append(arguments)
        return squared(*arguments)

    assert diagnosed(bent(misconception("count", counting)), SQUARES) == {"dx": "count"}
    assert [tuple(map(float, each)) for each in calls] == [(2.0, 3.0), (2.0, 5.0)]


# Probes.


def test_where_no_misconception_is_named_the_numbers_may_speak_for_themselves() -> None:
    judged = [at(3.0, -18.0, 18.0), at(5.0, -50.0, 50.0)]
    assert diagnosed(bent(CUBE), judged) == {"dx": "sign-flipped"}
    assert diagnosed(bent(misconception("negate", lambda dout, x: -dout * x**2)), judged) == {"dx": "negate"}


def test_the_numbers_speak_where_most_cases_are_answered() -> None:
    flipped = [at(3.0, -18.0, 18.0), at(5.0, -50.0, 50.0)]
    assert diagnosed(bent(), [*flipped, nothing_at(5.0)]) == {"dx": "sign-flipped"}
    assert diagnosed(bent(), [flipped[0], nothing_at(5.0)]) == {}


@pytest.mark.parametrize("mine", [MISSING, {"a": 1.0}])
def test_the_numbers_do_not_speak_where_some_are_none(mine: Any) -> None:
    flipped = [at(3.0, -18.0, 18.0), at(5.0, -50.0, 50.0)]
    assert diagnosed(bent(), [*flipped, at(7.0, mine, 1.0)]) == {}


def test_what_is_right_but_for_its_width_shows_nothing_and_what_is_so_for_its_shape_does() -> None:
    narrow = [at(3.0, np.float32(0.1), 0.1), at(5.0, np.float32(0.7), 0.7)]
    assert diagnosed(bent(), narrow) == {}
    assert diagnosed(bent(), [at(3.0, [0.1], 0.1), at(5.0, [0.7], 0.7)]) == {"dx": "reshaped"}


# Networks.


def chain(dz: float, dx: float) -> Program:
    """A network's misconception: dz is so many times 2, and dx so many times that, where 3 times is right."""
    return misconception(f"chain_{dz:g}_{dx:g}", lambda dout, x: {"dz": 2 * x * dz, "dx": 2 * x * dz * dx})


def links(dz: float, dx: float) -> list[Observation]:
    return [
        seen({"dz": (2 * x * dz, 2 * x), "dx": (2 * x * dz * dx, 6 * x)}, inputs={"x": x}, dout=2.0)
        for x in (1.3, 2.7, 4.1)
    ]


def thrice(case: Any, got: Any) -> dict[str, Any]:
    """What follows in the chain: dz from dout alone, dx from dz."""
    return {"dz": np.array(2 * case.inputs["x"]), "dx": 3 * got["dz"]}


def test_in_a_network_a_misconception_answers_only_for_what_it_gets_wrong_by_itself() -> None:
    of = network("dz dx", misconceptions=(chain(5, 3),))
    assert diagnosed(of, links(5, 3), thrice) == {"dz": "chain-5-3"}
    assert diagnosed(of, links(5, 7), thrice) == {"dz": "chain-5-3"}


def test_in_a_network_a_misconception_is_not_named_for_another_wrong_gradient() -> None:
    of = network("dz dx", misconceptions=(chain(5, 3),))
    assert diagnosed(of, links(5, 7), thrice) == {"dz": "chain-5-3"}


def test_in_a_network_too_who_makes_half_of_a_mistake_is_not_told_of_the_other_half() -> None:
    of = network("dz dx", misconceptions=(chain(5, 7),))
    assert diagnosed(of, links(5, 7), thrice) == {"dz": "chain-5-7", "dx": "chain-5-7"}
    assert diagnosed(of, links(5, 3), thrice) == {}


def test_misconceptions_are_run_for_the_first_submission_alone() -> None:
    calls: list[float] = []

    def counting(dout: Any, x: float) -> Any:
        calls.append(x)
        return {"dz": 5 * 2 * x, "dx": 5 * 6 * x}

    def counting_too(case: Any, got: Any) -> dict[str, Any]:
        calls.append(case.inputs["x"])
        return thrice(case, got)

    of = network("dz dx", misconceptions=(misconception("count", counting),))
    judged, predictions = observed(*links(5, 3)), Predictions(of, counting_too)
    marks = all_marked(of, judged, thrice)
    for _ in range(2):
        assert Diagnostician(of, list(judged.values()), marks, predictions).diagnoses["dz"].id == "count"
        assert sorted(calls) == [1.3, 1.3, 2.7, 2.7, 4.1, 4.1]


def test_outside_a_network_nothing_follows() -> None:
    of = exercise("dz dx", misconceptions=(chain(5, 3),))
    assert diagnosed(of, links(5, 3)) == {"dz": "chain-5-3", "dx": "chain-5-3"}
