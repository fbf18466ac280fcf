"""A misconception is named where its program gives the student's own numbers, and no other explains them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.observation import Observation
from grader.reference.upstream import Following
from grader.sandbox.wire.records import StudentError
from tests.policy.builders import MISSING, exercise, network, observed, seen

Program = Callable[..., Any]

RAISED = StudentError("raised", "bend_backward", "ValueError", "no")


def misconception(name: str, program: Program) -> Program:
    """A program called `name`, with a claim and a hint."""

    def backward(*arguments: Any) -> Any:
        return program(*arguments)

    backward.__name__, backward.__doc__ = name, f"You {name} it.\n\nDon't {name}."
    return backward


def squared(dout: Any, x: Any) -> Any:
    return dout * x**2


def cubed(dout: Any, x: Any) -> Any:
    return dout * x**3


def never(*given: Any) -> dict[str, Any]:
    raise AssertionError("nobody should ask what follows")


def diagnosed(
    of: Exercise, cases: Sequence[Observation], wrong: str = "dx", following: Following = never
) -> dict[str, str]:
    """The id of the diagnosis of each gradient that has one."""
    judged = list(observed(*cases).values())
    found = Diagnostician(of, judged, Predictions(of, following)).diagnose(wrong.split())
    assert all(name == each.gradient for name, each in found.items())
    return {name: each.id for name, each in found.items()}


def bent(*programs: Program) -> Exercise:
    """An exercise whose right dx is anything, with these misconceptions."""
    return exercise("dx", misconceptions=programs)


def at(x: float, mine: Any, right: Any, **fields: Any) -> Observation:
    """A case of an exercise with one input, where dout is 2."""
    return seen({"dx": (mine, right)}, inputs={"x": np.array(x)}, dout=2.0, **fields)


SQUARE, CUBE = misconception("square", squared), misconception("cube", cubed)
SQUARES = [at(3.0, 18.0, 1.0), at(5.0, 50.0, 1.5)]


def test_a_misconception_is_named_with_its_claim_and_hint() -> None:
    of = bent(CUBE, SQUARE)
    judged = list(observed(*SQUARES).values())
    found = Diagnostician(of, judged, Predictions(of, never)).diagnose(["dx"])["dx"]
    assert (found.id, found.gradient, found.claim, found.hint) == ("square", "dx", "You square it.", "Don't square.")


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
    assert diagnosed(replace(bent(SQUARE), rtol=1e-3), [at(3.0, near, 1.0), SQUARES[1]]) == {"dx": "square"}


def test_a_misconception_that_is_right_about_a_gradient_is_not_named_for_it() -> None:
    """A gradient that is coarse is told nothing of a mistake that was made elsewhere, and doesn't touch it."""
    skewed = misconception("skew", lambda dout, x, w: (dout * w, 7 * dout))
    of = exercise("dx dw", misconceptions=(skewed,))
    judged = [
        seen({"dx": (2 * w * (1 + 1e-9), 2 * w), "dw": (14.0, expected)}, inputs={"x": 1.0, "w": w}, dout=2.0)
        for w, expected in ((0.3, 1.0), (0.7, 5.0))
    ]
    assert diagnosed(of, judged, "dx dw") == {"dx": "low-precision", "dw": "skew"}


def test_a_misconception_that_is_right_in_some_cases_may_be_named() -> None:
    assert diagnosed(bent(SQUARE), [at(3.0, 18.0, 18.0), *SQUARES]) == {"dx": "square"}
    assert diagnosed(bent(SQUARE), [*SQUARES, at(3.0, 18.0, 18.0)]) == {"dx": "square"}


def both(dx: float, dw: float) -> Program:
    return misconception(f"return_{dx:g}_{dw:g}", lambda dout, x, w: (dx * x, dw * w))


def two(dx: float, dw: float) -> list[Observation]:
    """Cases in which these parts of x and w came back; once each is right."""
    return [
        seen({"dx": (dx * x, x), "dw": (dw * w, w)}, inputs={"x": x, "w": w}, dout=2.0)
        for x, w in ((3.1, 5.2), (7.3, 11.4))
    ]


def test_who_makes_half_of_a_mistake_is_not_told_of_the_other_half() -> None:
    of = exercise("dx dw", misconceptions=(both(1.7, 2.9),))
    assert diagnosed(of, two(1.7, 2.9), "dx dw") == {"dx": "return-1.7-2.9", "dw": "return-1.7-2.9"}
    assert diagnosed(of, two(1.7, 1), "dx") == {}


def test_who_makes_a_mistake_and_another_is_told_of_it() -> None:
    of = exercise("dx dw", misconceptions=(both(1.7, 1),))
    assert diagnosed(of, two(1.7, 2.9), "dx dw")["dx"] == "return-1.7-1"


def test_of_two_misconceptions_the_one_that_explains_every_gradient_is_named() -> None:
    of = exercise("dx dw", misconceptions=(both(1.7, 1), both(1.7, 2.9)))
    assert diagnosed(of, two(1.7, 2.9), "dx dw") == {"dx": "return-1.7-2.9", "dw": "return-1.7-2.9"}
    assert diagnosed(of, two(1.7, 1), "dx") == {"dx": "return-1.7-1"}


def picky(dout: Any, x: Any) -> Any:
    if x > 4:
        raise ValueError
    return squared(dout, x)


PICKY = misconception("pick", picky)
NOTHING = at(5.0, MISSING, 1.5, got=None, error=RAISED)


def test_a_misconception_that_raises_explains_a_submission_that_raises_in_the_same_cases() -> None:
    assert diagnosed(bent(PICKY), [SQUARES[0], NOTHING]) == {"dx": "pick"}
    assert diagnosed(bent(PICKY), [NOTHING, SQUARES[0]]) == {"dx": "pick"}
    assert diagnosed(bent(PICKY), SQUARES) == {}
    assert diagnosed(bent(SQUARE), [SQUARES[0], NOTHING]) == {}


@pytest.mark.parametrize("error", [ZeroDivisionError, FloatingPointError, IndexError, ValueError])
def test_a_misconception_may_raise_what_arithmetic_raises(error: type[Exception]) -> None:
    def raising(dout: Any, x: Any) -> Any:
        if x > 4:
            raise error
        return squared(dout, x)

    assert diagnosed(bent(misconception("raise", raising)), [SQUARES[0], NOTHING]) == {"dx": "raise"}


def test_a_misconception_that_raises_in_a_case_is_not_right_about_anything() -> None:
    judged = [at(3.0, 18.0, 18.0), NOTHING]
    assert diagnosed(bent(PICKY), judged) == {"dx": "pick"}


def test_where_no_misconception_is_named_the_numbers_may_speak_for_themselves() -> None:
    judged = [at(3.0, -18.0, 18.0), at(5.0, -50.0, 50.0)]
    assert diagnosed(bent(CUBE), judged) == {"dx": "sign-flipped"}
    assert diagnosed(bent(misconception("negate", lambda dout, x: -dout * x**2)), judged) == {"dx": "negate"}


def test_the_numbers_do_not_speak_where_some_are_missing() -> None:
    assert diagnosed(bent(), [at(3.0, -18.0, 18.0), NOTHING]) == {}


def test_a_misconception_is_run_once_a_case_and_on_the_cases_own_arguments() -> None:
    calls: list[tuple[Any, ...]] = []

    def counting(*arguments: Any) -> Any:
        calls.append(arguments)
        return squared(*arguments)

    assert diagnosed(bent(misconception("count", counting)), SQUARES) == {"dx": "count"}
    assert [tuple(map(float, each)) for each in calls] == [(2.0, 3.0), (2.0, 5.0)]


# Networks.


def chain(dz: float, dx: float) -> Program:
    """A network's misconception: dz is so many times 2, and dx so many times that, where 3 times is right."""
    return misconception(f"chain_{dz:g}_{dx:g}", lambda dout, x: {"dz": 2 * x * dz, "dx": 2 * x * dz * dx})


def links(dz: float, dx: float) -> list[Observation]:
    return [
        seen({"dz": (2 * x * dz, 2 * x), "dx": (2 * x * dz * dx, 6 * x)}, inputs={"x": x}, dout=2.0)
        for x in (1.3, 2.7, 4.1)
    ]


def thrice(of: Exercise, case: Any, got: Any) -> dict[str, Any]:
    """What follows in the chain: dz from dout alone, dx from dz."""
    return {"dz": np.array(2 * case.inputs["x"]), "dx": 3 * got["dz"]}


def test_in_a_network_a_misconception_answers_only_for_what_it_gets_wrong_by_itself() -> None:
    of = network("dz dx", misconceptions=(chain(5, 3),))
    assert diagnosed(of, links(5, 3), "dz", thrice) == {"dz": "chain-5-3"}
    assert diagnosed(of, links(5, 7), "dz", thrice) == {"dz": "chain-5-3"}


def test_in_a_network_too_who_makes_half_of_a_mistake_is_not_told_of_the_other_half() -> None:
    of = network("dz dx", misconceptions=(chain(5, 7),))
    assert diagnosed(of, links(5, 7), "dz", thrice) == {"dz": "chain-5-7"}
    assert diagnosed(of, links(5, 3), "dz", thrice) == {}


def test_outside_a_network_nothing_follows() -> None:
    of = exercise("dz dx", misconceptions=(chain(5, 3),))
    assert diagnosed(of, links(5, 3), "dz") == {"dz": "chain-5-3"}
