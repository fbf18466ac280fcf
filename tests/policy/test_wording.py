"""How a failing case is written, and the place where it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.cases import Case
from grader.exercise import Call
from grader.judging.comparison import MOST_NUMBERS
from grader.judging.errors import end_finding, error_finding, printed_lines
from grader.judging.observation import Observation
from grader.judging.wording import MOST_COLUMNS, NO_BREAK, call, forward_call, place, value
from grader.results import Finding
from grader.sandbox.wire.records import Ending, Reply, Run, StudentError
from tests.policy.builders import MISSING, exercise, seen, training


def typed(each: Any) -> str:
    """A value as it is written, with spaces that would break."""
    return value(each).replace(NO_BREAK, " ")


# Values.


def test_an_array_of_so_many_numbers_is_written_out_and_a_larger_one_is_not() -> None:
    most = np.arange(MOST_NUMBERS)
    assert typed(most) == str(most.tolist())
    assert typed(np.arange(MOST_NUMBERS + 1)) == f"array of shape ({MOST_NUMBERS + 1},)"


def test_an_array_of_so_many_columns_is_written_out_and_a_longer_one_is_not() -> None:
    def ending_in(last: float) -> str:
        return typed(np.array([*[1 / 9] * 7, last]))

    assert ending_in(100000) == f"[{'0.111111, ' * 7}100000]"
    assert len(ending_in(100000)) == MOST_COLUMNS
    assert ending_in(-100000) == "array of shape (8,)"


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (np.array([[1.5, 2], [3, 4]]), "[[1.5, 2], [3, 4]]"),
        (np.array(2.0), "2"),
        (np.zeros((0, 3)), "empty array of shape (0, 3)"),
        (2.0, "2"),
        (True, "1"),
        ("so", "'so'"),
        ({"a": 1.0, "b": np.ones(1)}, "{'a': 1, 'b': [1]}"),
        ((1.0, [2.0, 3.0]), "(1, [2, 3])"),
    ],
)
def test_a_value_is_written_as_it_is_typed(each: Any, text: str) -> None:
    assert typed(each) == text


def test_a_value_does_not_break_at_its_spaces() -> None:
    assert value(np.ones(2)) == f"[1,{NO_BREAK}1]"


def case(inputs: dict[str, Any] | None = None, **fields: Any) -> Case:
    return Case("a case", "random", inputs or {"x": 2.0}, 1.0, **fields)


# Places.


X = np.array([-2.0, -1.0, 0.0, 0.0, 1.0, 2.0])
DOUT = np.array([1.0, -1.0, 1.0, -1.0, 0.0, 5.0])


def wrong_where(mask: Any, inputs: dict[str, Any] | None = None, **fields: Any) -> Observation:
    """A case in which dx is wrong by a ten thousandth in these places."""
    return seen({"dx": (1 + 1e-4 * mask, np.ones(np.shape(mask)))}, inputs=inputs or {"x": X}, dout=DOUT, **fields)


def places(*cases: Observation) -> str:
    return place(exercise(), cases, "dx")


@pytest.mark.parametrize(
    ("mask", "where"),
    [
        (X < 0, "x < 0"),
        (X > 0, "x > 0"),
        (X == 0, "x = 0"),
        (X <= 0, "x ≤ 0"),
        (X >= 0, "x ≥ 0"),
        (DOUT < 0, "dout < 0"),
        (DOUT == 0, "dout = 0"),
        (DOUT >= 0, "dout ≥ 0"),
        ((X < 0) & (DOUT < 0), "dout < 0 and x < 0"),
        ((X <= 0) & (DOUT > 0), "dout > 0 and x ≤ 0"),
        ((X < 0) | (DOUT == 5), ""),
    ],
)
def test_a_gradient_is_wrong_where_a_condition_holds_or_two_do(mask: Any, where: str) -> None:
    assert places(wrong_where(mask)) == where


def test_nothing_is_said_of_the_place_where_everything_is_wrong_or_nothing() -> None:
    everywhere = {"x": np.ones(6)}
    assert places(wrong_where(np.ones(6, bool), everywhere)) == ""
    assert places(wrong_where(np.zeros(6, bool), everywhere)) == ""


def test_two_inputs_are_compared_with_each_other_and_not_with_dout() -> None:
    w = np.array([0.5, -3.0, 7.0, 0.0, 1.0, 1.5])
    both = {"x": X, "w": w}
    assert places(wrong_where(w > X, both)) == "x < w"
    assert places(wrong_where(w < X, both)) == "x > w"
    assert places(wrong_where(w == X, both)) == "x = w"
    apart = np.array([2.0, 1.0, 1.0, 0.5, 0.5, 9.0])
    assert places(wrong_where(apart > DOUT, {"x": apart})) == ""


def test_a_condition_holds_in_every_case_together() -> None:
    assert places(wrong_where(X < 0), wrong_where(np.ones(6, bool), {"x": -np.ones(6)})) == "x < 0"
    assert places(wrong_where(X < 0), wrong_where(np.ones(6, bool), {"x": np.ones(6)})) == ""


def test_an_input_that_has_another_shape_in_a_case_makes_no_condition() -> None:
    assert places(wrong_where(X < 0), wrong_where(X < 0, {"x": X, "w": X})) == "x < 0"
    assert places(wrong_where(X < 0, {"x": X, "w": X[:2]}), wrong_where(X < 0)) == "x < 0"
    assert places(wrong_where(X < 0), wrong_where(X < 0, {"x": 1.0})) == ""


def test_a_single_number_makes_no_condition() -> None:
    one = seen({"dx": (2.0, 1.0)}, inputs={"x": np.array(-1.0)}, dout=np.array(1.0))
    assert places(wrong_where(X < 0), one) == ""


def test_nothing_is_said_of_the_place_where_a_case_has_no_array_of_the_right_shape() -> None:
    assert places(wrong_where(X < 0), seen({"dx": (MISSING, X)})) == ""
    for got, expected in ((1, 6), (6, 1)):
        other = seen({"dx": (np.full(got, 9.0), np.ones(expected))}, inputs={"x": -np.ones(6)}, dout=DOUT)
        assert places(wrong_where(X < 0), other) == ""


def test_what_is_wrong_is_so_by_the_tolerance_of_its_case() -> None:
    assert places(wrong_where(0.01 * (X < 0))) == "x < 0"
    assert places(wrong_where(0.01 * (X < 0), float32=True)) == ""
    assert places(wrong_where(X < 0, rtol=0.01)) == ""


# Errors.


def error(**fields: Any) -> StudentError:
    known = {"kind": "raised", "stage": "bend_backward", "type": "ValueError", "message": "no"}
    return StudentError(**known | fields)


def test_an_error_is_shown_with_its_line_its_message_and_what_was_printed() -> None:
    found = error_finding(exercise(), error(line=7, text="  raise ValueError"), "printed", case(number=3))
    assert found == Finding(
        "bend_backward raises ValueError",
        call=call(exercise(), case()),
        theirs=("line 7: raise ValueError", "ValueError: no", "printed"),
        case=3,
    )


def test_an_error_without_a_line_or_message_is_shown_without() -> None:
    assert error_finding(exercise(), error(message=""), "").theirs == ("ValueError",)
    assert error_finding(exercise(), error(), "") == Finding(
        "bend_backward raises ValueError", theirs=("ValueError: no",)
    )


def test_an_error_is_shown_with_the_call_that_raised_it() -> None:
    assert error_finding(exercise(), error(stage="bend_forward"), "", case()).call == forward_call(exercise(), case())
    assert error_finding(exercise(), error(), "", case()).call == call(exercise(), case())


def test_an_error_in_one_of_several_functions_is_shown_with_the_call_of_that() -> None:
    of = exercise(calls=(Call("first", ("x",), "J"), Call("second", ("x",), "dx")))
    for function, result in (("first", "J"), ("second", "dx")):
        assert error_finding(of, error(stage=function), "", case()).call == call(of, case(), result)


def test_an_error_in_a_driver_is_shown_by_what_did_not_come_back_or_else_the_function() -> None:
    assert error_finding(training("loss"), error(stage="train"), "", case()).call == "train"
    assert error_finding(training("loss"), error(stage="train"), "", case(), "loss['a']").call == "loss['a']"


def test_a_file_that_can_not_be_loaded_is_said_so() -> None:
    assert error_finding(exercise(), error(stage="load"), "").headline == "the file can't be loaded: ValueError"


def test_names_in_an_error_have_sixty_columns_and_messages_a_hundred_and_sixty() -> None:
    cut = "x" * 59 + "…"
    assert error_finding(exercise(), error(type="x" * 60), "").headline == f"bend_backward raises {'x' * 60}"
    assert error_finding(exercise(), error(type="x" * 61), "").headline == f"bend_backward raises {cut}"
    assert error_finding(exercise(), error(stage="x" * 61), "").headline == f"{cut} raises ValueError"
    assert error_finding(exercise(), error(stage="x" * 60, kind="not-written"), "").headline.startswith("x" * 60)
    assert error_finding(exercise(), error(message="x" * 161), "").theirs == (f"ValueError: {'x' * 159}…",)
    missing = error_finding(exercise(), error(kind="missing", message="x" * 61, text="y" * 61), "")
    assert missing.headline == f"there is no function {cut} in ex10_bend.py"
    assert missing.advice == f"There is {cut.replace('x', 'y')}: was it renamed?"
    missing = error_finding(exercise(), error(kind="missing", message="x" * 60, text="y" * 60), "")
    assert missing.headline == f"there is no function {'x' * 60} in ex10_bend.py"
    assert missing.advice == f"There is {'y' * 60}: was it renamed?"


def test_a_function_that_is_asked_for_itself_was_not_renamed() -> None:
    def advice(similar: str) -> str:
        return error_finding(exercise(), error(kind="missing", message="bend_backward", text=similar), "").advice

    assert advice("bend_backwards") == "There is bend_backwards: was it renamed?"
    assert advice("bend_forward") == ""
    assert advice("") == ""


def test_a_numerical_difference_is_told_what_it_is_for() -> None:
    found = error_finding(exercise(), error(kind="finite-differences", line=7, text="y"), "", case(number=3))
    assert found.headline == "bend_backward calls bend_forward at other values than its own"
    assert (found.case, found.theirs) == (3, ("line 7: y",))
    assert "can only check it" in found.advice


def test_four_lines_are_shown_of_what_was_printed() -> None:
    assert printed_lines("1\n2\n3\n4") == ("1", "2", "3", "4")
    assert printed_lines("1\n2\n3\n4\n5") == ("1", "2", "3", "4", "… 1 more lines")


# Ends.


def ended(kind: Any, answered: int, detail: str = "") -> Finding:
    """What is told where the process ended after so many answers to three cases."""
    replies = [*[Reply({})] * answered, *[None] * (3 - answered)]
    run = Run(tuple(replies), Ending(kind, detail), printed="printed")
    return end_finding(exercise(seconds=2.5), [case({"x": float(number)}, number=number) for number in range(3)], run)


def test_the_case_that_a_process_did_not_survive_is_shown_if_it_answered_one_before() -> None:
    for answered in (1, 2):
        assert ended("timeout", answered) == Finding(
            "stopped after 2.5 seconds: an endless loop, or far too slow",
            call=call(exercise(), case({"x": float(answered)})),
            theirs=("printed",),
            case=answered,
        )
    for answered in (0, 3):
        assert ended("timeout", answered) == Finding(
            "stopped after 2.5 seconds: an endless loop, or far too slow", theirs=("printed",)
        )


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        ("exited", "the code ended its own process, with exit status {}"),
        ("crashed", "the code crashed its process ({})"),
        ("infrastructure", "the grader could not run the code ({}); try again"),
    ],
)
def test_the_detail_of_an_end_has_eighty_columns(kind: Any, headline: str) -> None:
    assert ended(kind, 1, "x" * 80).headline == headline.format("x" * 80)
    assert ended(kind, 1, "x" * 81).headline == headline.format("x" * 79 + "…")
