"""Which mistake it is where some cases have no answer: how many others have to be alike, and when a failure tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judging.diagnosis import ENOUGH
from grader.judging.observation import Observation
from grader.results import Diagnosis
from tests.policy.builders import (
    MISSING,
    RAISED,
    Program,
    at,
    diagnosed,
    diagnostician,
    exercise,
    misconception,
    nothing_at,
    seen,
    squared,
)

SQUARE = misconception("square", squared)
NAN = float("nan")


def gives_above_4(value: Any) -> Program:
    """Squares, and gives this instead where x is above 4: a value, or an error."""

    def picky(dout: Any, x: Any) -> Any:
        if x <= 4:
            return squared(dout, x)
        if value is ValueError:
            raise ValueError
        return value

    return misconception("pick", picky)


PICKY = gives_above_4(ValueError)


def of(*programs: Program) -> Any:
    return exercise("dx", misconceptions=programs)


def wrong(x: float) -> Observation:
    """The square, where something else is right."""
    return at(x, 2.0 * x**2, 1.0)


def right(x: float) -> Observation:
    """The square, where that is right."""
    return at(x, 2.0 * x**2, 2.0 * x**2)


def test_two_cases_that_are_alike_tell_whatever_is_not_answered() -> None:
    assert ENOUGH == 2
    assert diagnosed(of(SQUARE), [wrong(2), wrong(3), nothing_at(5)]) == {"dx": "square"}
    assert diagnosed(of(SQUARE), [nothing_at(5), wrong(2), nothing_at(1), wrong(3), nothing_at(7)]) == {"dx": "square"}
    assert diagnosed(of(SQUARE), [wrong(2), right(3), nothing_at(5)]) == {}


def test_one_case_that_is_alike_tells_where_every_case_is_answered() -> None:
    assert diagnosed(of(SQUARE), [wrong(2)]) == {"dx": "square"}
    assert diagnosed(of(SQUARE), [wrong(2), right(3)]) == {"dx": "square"}


def test_one_case_that_is_alike_tells_where_the_program_gives_nothing_either() -> None:
    assert diagnosed(of(PICKY), [wrong(2), nothing_at(5)]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [nothing_at(5), nothing_at(6), wrong(2)]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [wrong(2), nothing_at(5, "conventions")]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [wrong(2), nothing_at(5), nothing_at(3)]) == {}


def test_a_failure_tells_where_the_program_fails_in_the_same_cases_and_the_rest_is_right() -> None:
    assert diagnosed(of(PICKY), [right(2), nothing_at(5)]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [right(2), nothing_at(5), nothing_at(6)]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [right(2), nothing_at(5), nothing_at(3)]) == {}
    assert diagnosed(of(SQUARE), [right(2), nothing_at(5)]) == {}


def test_a_failure_at_conventions_alone_does_not_tell() -> None:
    assert diagnosed(of(PICKY), [right(2), nothing_at(5, "conventions")]) == {}
    assert diagnosed(of(PICKY), [right(2), nothing_at(5, "conventions"), nothing_at(6, "edges")]) == {"dx": "pick"}


def test_an_answer_in_any_case_where_both_answer_rules_a_mistake_out() -> None:
    others = [wrong(2), wrong(3), nothing_at(5)]
    for contradiction in (at(1.5, 7.1, 1.0), at(1.5, 1.0, 1.0), at(1.5, 1.0, 4.5)):
        assert diagnosed(of(SQUARE), [*others, contradiction]) == {}
        assert diagnosed(of(SQUARE), [contradiction, *others]) == {}


def test_a_right_answer_where_the_program_gives_nothing_rules_it_out() -> None:
    assert diagnosed(of(PICKY), [wrong(2), wrong(3), nothing_at(5), at(6, 7.1, 7.1)]) == {}
    assert diagnosed(of(PICKY), [wrong(2), wrong(3), nothing_at(5), at(6, 7.3, 7.1)]) == {"dx": "pick"}


@pytest.mark.parametrize(
    ("value", "is_nothing"),
    [
        (ValueError, True),
        (NAN, True),
        (np.array([NAN, 1.0]), True),
        (np.array([np.inf, 1.0]), True),
        (np.array([]), True),
        (7.1, False),
        (np.array([0.0, 1.0]), False),
    ],
)
def test_a_program_gives_nothing_where_it_fails_or_its_numbers_are_none(value: Any, is_nothing: bool) -> None:
    assert diagnosed(of(gives_above_4(value)), [right(2), nothing_at(5)]) == ({"dx": "pick"} if is_nothing else {})


def test_an_empty_answer_where_there_is_nothing_to_give_is_right() -> None:
    assert diagnosed(of(PICKY), [wrong(2), at(5, [], [])]) == {}
    assert diagnosed(of(PICKY), [wrong(2), at(5, [], [3.0])]) == {"dx": "pick"}


def test_a_failure_is_told_of_the_gradient_that_is_wrong_and_not_of_one_that_is_coarse() -> None:
    def skewed(dout: Any, x: Any, w: Any) -> Any:
        if x > 4:
            raise ValueError
        return dout * w, 7 * dout

    def case(x: float, *w: float, **fields: Any) -> Observation:
        exact = 2 * np.array(w)
        answers = {"dx": (exact * (1 + 1e-9), exact), "dw": (14.0, x)}
        return seen(answers, inputs={"x": x, "w": np.array(w)}, dout=2.0, **fields)

    made = exercise("dx dw", misconceptions=(misconception("skew", skewed),))
    cases = [case(1, 0.3, 0.1), case(2, 0.7, 0.9), case(5, 0.3, 0.1, got=None, error=RAISED)]
    assert diagnosed(made, cases) == {"dx": "low-precision", "dw": "skew"}


def test_a_program_gives_something_where_there_is_nothing_to_give() -> None:
    empty = at(5, MISSING, [], got=None, error=RAISED)
    assert diagnosed(of(gives_above_4(np.zeros(0))), [right(2), empty]) == {}
    assert diagnosed(of(PICKY), [right(2), empty]) == {"dx": "pick"}


@pytest.mark.parametrize("mine", [NAN, np.array([NAN, np.inf])])
def test_an_answer_without_any_number_is_a_failure_in_other_words(mine: Any) -> None:
    expected = np.zeros(np.shape(mine)) + 3
    assert diagnosed(of(PICKY), [right(2), at(5, mine, expected)]) == {"dx": "pick"}
    assert diagnosed(of(gives_above_4(mine)), [right(2), at(5, mine, expected)]) == {"dx": "pick"}


@pytest.mark.parametrize("mine", [[], [1.0], [1.0, 2.0, 3.0]])
def test_an_answer_of_another_size_is_a_failure_in_other_words(mine: Any) -> None:
    assert diagnosed(of(PICKY), [right(2), at(5, mine, [3.0, 4.0])]) == {"dx": "pick"}
    assert diagnosed(of(PICKY), [right(2), at(5, mine, [3.0, 4.0]), nothing_at(3)]) == {}


@pytest.mark.parametrize("mine", [[7.0, 8.0], [[7.0], [8.0]]])
def test_wrong_numbers_of_the_right_size_are_no_failure(mine: Any) -> None:
    assert diagnosed(of(PICKY), [right(2), at(5, mine, [3.0, 4.0])]) == {}


@pytest.mark.parametrize("mine", [NAN, [1.0, 2.0]])
def test_an_answer_that_is_none_rules_a_program_out_that_has_numbers(mine: Any) -> None:
    assert diagnosed(of(SQUARE), [wrong(2), wrong(3), at(5, mine, 3.0)]) == {}
    assert diagnosed(of(SQUARE), [wrong(2), wrong(3), nothing_at(5)]) == {"dx": "square"}


def test_the_same_answer_without_any_number_is_alike_and_an_error_is_not() -> None:
    cases = [right(2), at(5, NAN, 3.0, "conventions"), at(6, NAN, 3.0, "conventions")]
    assert diagnosed(of(gives_above_4(NAN)), cases) == {"dx": "pick"}
    assert diagnosed(of(PICKY), cases) == {}


def test_an_answer_with_a_number_in_it_is_none() -> None:
    half = np.array([NAN, 2.0])
    assert diagnosed(of(gives_above_4(np.array([NAN, 5.0]))), [right(2), at(5, half, [3.0, 4.0])]) == {}
    assert diagnosed(of(gives_above_4(half)), [right(2), at(5, half, [3.0, 4.0])]) == {"dx": "pick"}


# Nothing is wrong but that cases are not answered.


def pair(x: float, dx: Any, dw: Any) -> Observation:
    return seen({"dx": (dx, x), "dw": (dw, 2 * x)}, inputs={"x": np.array(x), "w": 1.0}, dout=2.0)


def nothing(x: float) -> Observation:
    answers = {"dx": (MISSING, x), "dw": (MISSING, 2 * x)}
    return seen(answers, inputs={"x": np.array(x), "w": 1.0}, dout=2.0, got=None, error=RAISED)


def failing(name: str, dx: Any = None, dw: Any = None) -> Program:
    """Right up to 4, and above it these parts, or an error."""

    def program(dout: Any, x: Any, w: Any) -> Any:
        if x > 4 and dx is None:
            raise ValueError
        return (x, 2 * x) if x <= 4 else (dx * x, dw * x)

    return misconception(name, program, "You guessed {names}.")


def test_one_gradient_alone_is_told_of_a_failure() -> None:
    made = exercise("dx dw", misconceptions=(failing("fail"),))
    found = diagnostician(made, [pair(2, 2, 4), nothing(5)]).diagnoses
    assert found == {"dx": Diagnosis("fail", "dx", "You guessed dx.", "Don't fail.")}


def test_the_gradient_is_told_that_the_program_fails_in() -> None:
    made = exercise("dx dw", misconceptions=(failing("fail", 1, NAN),))
    assert diagnosed(made, [pair(2, 2, 4), nothing(5)]) == {"dw": "fail"}


def test_a_failure_that_two_mistakes_account_for_is_told_of_none() -> None:
    programs = (failing("fail", 1, NAN), failing("falter", NAN, 2))
    assert diagnosed(exercise("dx dw", misconceptions=programs), [pair(2, 2, 4), nothing(5)]) == {}
    same = (failing("fail"), failing("falter"))
    assert diagnosed(exercise("dx dw", misconceptions=same), [pair(2, 2, 4), nothing(5)]) == {}


def test_what_is_right_everywhere_has_no_diagnosis() -> None:
    assert diagnosed(exercise("dx dw", misconceptions=(failing("fail"),)), [pair(2, 2, 4), pair(5, 5, 10)]) == {}


# Explained.


def explained(made: Any, *cases: Observation) -> str:
    found = diagnostician(made, cases).explained
    return found.id if found else ""


def test_a_mistake_explains_a_silence_where_it_gives_no_number_either() -> None:
    assert explained(of(PICKY), right(2), nothing_at(5)) == "pick"
    assert explained(of(PICKY), wrong(2), nothing_at(5)) == "pick"
    assert explained(of(SQUARE), wrong(2), wrong(3), nothing_at(5)) == ""


def test_a_mistake_explains_no_silence_in_a_case_that_it_is_right_in() -> None:
    silent = at(5, MISSING, 50.0, got=None, error=RAISED)
    assert diagnosed(of(SQUARE), [wrong(2), wrong(3), silent]) == {"dx": "square"}
    assert explained(of(SQUARE), wrong(2), wrong(3), silent) == ""
    assert explained(of(SQUARE), wrong(2), wrong(3), silent, nothing_at(6)) == ""


def test_no_mistake_of_the_backward_explains_an_error_of_the_forward() -> None:
    raised = replace(nothing_at(5), error=replace(RAISED, stage="bend_forward"))
    assert diagnosed(of(SQUARE), [wrong(2), wrong(3), raised]) == {"dx": "square"}
    assert explained(of(SQUARE), wrong(2), wrong(3), raised) == ""


def test_nothing_is_explained_where_every_case_is_answered_or_no_mistake_is_known() -> None:
    assert explained(of(SQUARE), wrong(2), wrong(3)) == ""
    assert explained(of(), wrong(2), wrong(3), nothing_at(5)) == ""


def test_what_the_numbers_show_by_themselves_explains_no_silence() -> None:
    flipped = [at(2, -8.0, 8.0), at(3, -18.0, 18.0)]
    assert diagnosed(of(), [*flipped, nothing_at(5)]) == {"dx": "sign-flipped"}
    assert explained(of(), *flipped, nothing_at(5)) == ""


def test_a_mistake_explains_a_silence_by_the_gradient_that_it_is_told_of() -> None:
    """It is right about dw where it isn't answered; that dx isn't is enough."""
    made = exercise("dx dw", misconceptions=(failing("fail", NAN, 2),))
    assert explained(made, pair(2, 2, 4), nothing(5)) == "fail"
