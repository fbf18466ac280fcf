"""What is told of a submission that ran: in which order, what is told together, and what is left for later."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.exercise import Call, Exercise
from grader.judging.comparison import Mismatch
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.findings import MAX_EXTRA, change_finding, findings, forward_finding, gradient_finding
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.judging.wording import call, forward_call
from grader.results import Finding
from grader.sandbox.wire.records import StudentError
from tests.policy.builders import (
    MISSING,
    RAISED,
    WRONG,
    Answers,
    all_marked,
    exercise,
    network,
    observed,
    seen,
    training,
)

NOT_WRITTEN = StudentError("not-written", "bend_backward", "NotImplementedError", "")


def told(of: Exercise, *cases: Observation | Answers) -> list[Finding]:
    """What a submission is told that answered so; in a network nothing follows."""
    judged = observed(*cases)
    marks = all_marked(of, judged, nothing_follows)
    diagnostician = Diagnostician(of, list(judged.values()), marks, Predictions(of, nothing_follows))
    return findings(of, judged, marks, diagnostician)


def nothing_follows(*given: Any) -> dict[str, Any]:
    return {}


def headlines(of: Exercise, *cases: Observation | Answers) -> list[str]:
    return [each.headline for each in told(of, *cases)]


BOTH = exercise("dx dw")
OFF = ([1.5, 9.0], [1.5, 4.0])
RIGHT = ([1.5, 4.0], [1.5, 4.0])
NEGATED = ([-1.5, -4.0], [1.5, 4.0])
NOTHING = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=RAISED)


def test_nothing_is_told_of_what_is_right() -> None:
    assert told(BOTH, {"dx": RIGHT, "dw": RIGHT}) == []


def test_of_what_is_told_together_the_smallest_case_is_shown_and_of_a_network_the_first_node() -> None:
    dw_alone, both = {"dx": RIGHT, "dw": WRAPPED}, {"dx": WRAPPED, "dw": WRAPPED}
    for of, case in ((BOTH, 0), (training("dx dw"), 0), (network("dx dw"), 1)):
        (found,) = told(of, dw_alone, both)
        assert found.case == case


def test_every_wrong_gradient_is_told_in_its_order() -> None:
    assert headlines(BOTH, {"dx": OFF, "dw": OFF}) == ["dx is wrong", "dw is wrong"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": OFF}) == ["dw is wrong"]


def test_gradients_with_one_diagnosis_are_told_together() -> None:
    (found,) = told(BOTH, {"dx": NEGATED, "dw": NEGATED})
    assert found.headline == "dx and dw are wrong"
    assert found.diagnosis is not None
    assert found.diagnosis.claim == "dx has the wrong sign."
    three = exercise("dx dw db")
    assert headlines(three, dict.fromkeys(three.gradients, NEGATED)) == ["dx, dw and db are wrong"]


def test_gradients_with_two_diagnoses_are_told_apart() -> None:
    zero = ([0.0, 0.0], [1.5, 4.0])
    assert headlines(BOTH, {"dx": NEGATED, "dw": zero}) == ["dx is wrong", "dw is wrong"]


def test_gradients_with_one_diagnosis_are_told_where_the_first_stands() -> None:
    three = exercise("dx dw db")
    assert headlines(three, {"dx": NEGATED, "dw": OFF, "db": NEGATED}) == ["dx and db are wrong", "dw is wrong"]


def test_wrong_numbers_are_told_before_an_error() -> None:
    assert headlines(BOTH, {"dx": OFF, "dw": RIGHT}, NOTHING) == ["dx is wrong", "bend_backward raises ValueError"]
    assert headlines(BOTH, NOTHING, {"dx": OFF, "dw": RIGHT}) == ["dx is wrong", "bend_backward raises ValueError"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": RIGHT}, NOTHING) == ["bend_backward raises ValueError"]


NARROW = (np.array([1.1, 4.1], dtype=np.float32), [1.1, 4.1])
WRAPPED = ([[1.5, 4.0]], [1.5, 4.0])


def at_conventions(**answers: tuple[Any, Any]) -> Observation:
    return seen(answers, "conventions")


def test_what_is_wrong_at_conventions_or_in_form_alone_is_told_after_an_error() -> None:
    raises = "bend_backward raises ValueError"
    right = {"dx": RIGHT, "dw": RIGHT}
    assert headlines(BOTH, right, at_conventions(dx=OFF, dw=RIGHT), NOTHING) == [raises, "dx is wrong"]
    assert headlines(BOTH, {"dx": NARROW, "dw": RIGHT}, NOTHING) == [raises, "dx is right, but in float32"]
    assert headlines(BOTH, {"dx": WRAPPED, "dw": OFF}, NOTHING) == [
        "dw is wrong",
        raises,
        "dx is right but for its shape",
    ]
    assert headlines(BOTH, {"dx": RIGHT, "dw": OFF}, at_conventions(dx=OFF, dw=OFF)) == ["dw is wrong", "dx is wrong"]


def test_gradients_that_are_right_but_for_one_form_are_told_together() -> None:
    assert headlines(BOTH, {"dx": NARROW, "dw": NARROW}) == ["dx and dw are right, but in float32"]
    assert headlines(BOTH, {"dx": WRAPPED, "dw": WRAPPED}) == ["dx and dw are right but for their shape"]
    assert headlines(BOTH, {"dx": WRAPPED, "dw": NARROW}) == [
        "dx is right but for its shape",
        "dw is right, but in float32",
    ]


def test_a_wrong_number_is_shown_before_what_is_wrong_in_form_alone() -> None:
    (found,) = told(exercise("dx"), {"dx": NARROW}, {"dx": OFF})
    assert (found.headline, found.case, found.agreement) == ("dx is wrong", 1, "0 of 2 cases agree")


def test_what_is_no_pair_is_told_which_part_of_it_has_another_form() -> None:
    of = training("loss")
    assert headlines(of, {"loss": NARROW}) == ["loss comes back as float32, though all that goes in is float64"]
    assert headlines(of, {"loss": WRAPPED}) == ["loss has the shape (1, 2), and needs (2,)"]


def test_the_first_error_is_told_and_no_other() -> None:
    again = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=NOT_WRITTEN)
    assert headlines(BOTH, NOTHING, again) == ["bend_backward raises ValueError"]


def guessed(dout: Any, x: Any, w: Any) -> Any:
    """You guessed {names}.

    Don't."""
    if x > 4:
        raise ValueError
    return 7 * x, w


GUESS = exercise("dx dw", misconceptions=(guessed,))


def at_x(x: float, dx: float, right: float) -> Observation:
    return seen({"dx": (dx, right), "dw": (2.0, 2.0)}, inputs={"x": x, "w": 2.0})


def without(x: float, expected: float = 1.0) -> Observation:
    answers = {"dx": (MISSING, expected), "dw": (MISSING, 2.0)}
    return seen(answers, inputs={"x": x, "w": 2.0}, got=None, error=RAISED)


def test_an_error_that_a_mistake_explains_is_not_told_beside_the_wrong_number() -> None:
    (found,) = told(GUESS, at_x(1.0, 7.0, 3.0), without(5.0))
    assert (found.headline, found.case) == ("dx is wrong", 0)
    assert found.diagnosis is not None
    assert (found.diagnosis.id, found.diagnosis.claim) == ("guessed", "You guessed dx.")


def test_an_error_that_a_mistake_explains_has_its_diagnosis_where_no_number_is_wrong() -> None:
    (found,) = told(GUESS, at_x(1.0, 7.0, 7.0), without(5.0))
    assert (found.headline, found.case) == ("bend_backward raises ValueError", 1)
    assert found.diagnosis is not None
    assert found.diagnosis.id == "guessed"


def test_an_error_that_a_mistake_does_not_explain_is_told_beside_it_without_a_diagnosis() -> None:
    wrong, refused = told(GUESS, at_x(1.0, 7.0, 3.0), at_x(2.0, 14.0, 3.0), without(3.0, 21.0))
    assert (wrong.headline, refused.headline) == ("dx is wrong", "bend_backward raises ValueError")
    assert wrong.diagnosis is not None
    assert refused.diagnosis is None


def test_a_case_without_an_answer_says_how_many_have_one() -> None:
    right = {"dx": RIGHT, "dw": RIGHT}
    assert [each.agreement for each in told(BOTH, right, NOTHING, right, NOTHING, right)] == [
        "3 of 5 cases are answered"
    ]
    assert [each.agreement for each in told(BOTH, NOTHING, NOTHING)] == [""]


def test_the_call_is_shown_that_makes_what_is_wrong() -> None:
    of = training("loss")
    assert [each.call for each in told(of, {"loss": ([1.0, 9.0], [1.0, 2.0])})] == ["loss[1]"]
    assert [each.call for each in told(of, {"loss": (MISSING, [1.0, 2.0])})] == ["loss"]


def test_the_entry_of_a_result_is_shown_that_did_not_come_back() -> None:
    of = training("operation", apart=("operation",))
    whole = {"a": 1.0, "b": 2.0}

    def called(got: Any) -> str:
        answers = {"operation": (got, whole)}
        return told(of, seen(answers, error=RAISED))[0].call

    assert called({"a": 1.0}) == "operation['b']"
    assert called({"b": 2.0}) == "operation['a']"
    assert called({}) == "operation['a']"
    assert called(MISSING) == "operation['a']"
    assert called(whole) == "bend_backward"


def test_what_is_not_written_everywhere_is_said_so_and_what_answers_somewhere_is_written() -> None:
    unwritten = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=NOT_WRITTEN)
    assert headlines(BOTH, unwritten, unwritten) == ["bend_backward is not written yet"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": RIGHT}, unwritten) == ["bend_backward raises NotImplementedError"]
    assert headlines(BOTH, unwritten, NOTHING) == ["bend_backward is not written yet"]


def test_a_numerical_difference_is_told_as_one_wherever_it_was_made() -> None:
    difference = StudentError("finite-differences", "bend_backward", "", "")
    found = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=difference)
    for cases in ([found, found], [found, {"dx": RIGHT, "dw": RIGHT}]):
        assert headlines(BOTH, *cases) == ["bend_backward calls bend_forward at other values than its own"]


def test_of_cases_without_an_answer_the_first_is_told_be_it_an_error_or_another_form() -> None:
    misshapen = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, problem="returns None, where …")
    odd, raises = "bend_backward returns None, where …", "bend_backward raises ValueError"
    assert headlines(BOTH, {"dx": OFF, "dw": OFF}, misshapen) == ["dx is wrong", "dw is wrong", odd]
    assert headlines(BOTH, misshapen, NOTHING) == [odd]
    assert headlines(BOTH, NOTHING, misshapen) == [raises]


def test_a_form_of_none_has_the_advice_to_return() -> None:
    def advice(problem: str) -> str:
        missing = {"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}
        return told(BOTH, seen(missing, got=None, problem=problem))[0].advice

    assert advice("returns None, where dx belongs").startswith("Every way through it has to end in a return of a value")
    assert advice("returns a str, where dx belongs") == ""


# One wrong gradient.


def test_the_smallest_failing_case_is_shown_and_how_many_agree() -> None:
    of = exercise("dx")
    cases = [seen({"dx": each}, inputs={"x": float(x)}) for x, each in enumerate((RIGHT, OFF, RIGHT, OFF))]
    (found,) = told(of, *cases)
    assert found.case == 1
    assert found.call == call(of, cases[1].case)
    assert found.fact == "dx[1] = 9, PyTorch says 4"
    assert found.agreement == "2 of 4 cases agree"


def test_a_case_without_an_answer_is_not_the_one_that_is_shown() -> None:
    nothing = seen({"dx": (MISSING, [1.5])}, got=None, error=RAISED)
    found, _ = told(exercise("dx"), nothing, {"dx": OFF})
    assert (found.case, found.agreement) == (1, "0 of 2 cases agree")


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("shape", "dx has the wrong shape", "dx and dw have the wrong shape"),
        (
            "missing",
            "dx is missing from what bend_backward returns",
            "dx and dw are missing from what bend_backward returns",
        ),
        ("type", "the fact", "the fact"),
        ("precision", "dx is right to a few digits only", "dx and dw are right to a few digits only"),
        ("value", "dx is wrong", "dx and dw are wrong"),
        ("axes", "dx is right but for its shape", "dx and dw are right but for their shape"),
        ("width", "dx is right, but in float32", "dx and dw are right, but in float32"),
    ],
)
def test_a_headline_says_what_is_wrong(kind: Any, one: str, two: str) -> None:
    judged = observed({"dx": ([9.0], [1.0]), "dw": ([9.0], [1.0])})
    wrong = Mark("dx", {0: Mismatch(kind, "the fact")})
    for alike, headline in (["dx"], one), (["dx", "dw"], two):
        assert gradient_finding(BOTH, judged, [wrong], wrong, alike, None).headline == headline


def test_a_headline_says_where_an_elementwise_gradient_is_wrong() -> None:
    x = np.array([-1.0, 2.0, 0.0, -3.0])
    wrong_below = seen({"dx": ([9.0, 1, 1, 9], [1.0, 1, 1, 1])}, inputs={"x": x}, dout=np.ones(4))
    assert headlines(exercise("dx"), wrong_below) == ["dx is wrong where x < 0"]


# Networks.


NET = network("da dz dw dx")


def advice(*marks: Mark, wrong: int = 0, got: Any = None, of: Exercise = NET) -> str:
    """The advice beside the wrong gradient of these."""
    judged = observed(seen({name: ([9.0], [1.0]) for name in of.gradients}, **{} if got is None else {"got": got}))
    return gradient_finding(of, judged, marks, marks[wrong], [marks[wrong].name], None).advice


def right(name: str) -> Mark:
    return Mark(name, {})


def wrong(name: str) -> Mark:
    return Mark(name, {0: WRONG})


def follows(name: str) -> Mark:
    return Mark(name, {}, follows=frozenset({0}))


def test_a_network_is_told_its_first_wrong_node_alone() -> None:
    (found,) = told(NET, {"da": RIGHT, "dz": OFF, "dw": OFF, "dx": RIGHT})
    assert found.headline == "dz is wrong"
    assert found.advice == "dz is the first wrong node; da before it is right. Look at dw next."


def test_a_network_is_told_of_a_wrong_number_before_what_is_wrong_at_conventions_or_in_form() -> None:
    right = dict.fromkeys(NET.gradients, RIGHT)
    assert headlines(NET, {**right, "da": NARROW, "dw": OFF}) == ["dw is wrong"]
    assert headlines(NET, {**right, "dw": OFF}, at_conventions(**{**right, "da": OFF})) == ["dw is wrong"]
    assert headlines(NET, {**right, "da": NARROW}) == ["da is right, but in float32"]


def test_nodes_before_the_wrong_one_are_right() -> None:
    assert advice(right("da"), wrong("dz"), wrong=1) == "dz is the first wrong node; da before it is right."
    assert advice(right("da"), right("dz"), wrong("dw"), wrong=2) == (
        "dw is the first wrong node; da, dz before it are right."
    )
    assert advice(wrong("da")) == ""
    assert advice(wrong("da"), wrong("dz"), wrong=1) == "Look at da next."


def test_nodes_after_the_wrong_one_may_follow_rightly() -> None:
    assert advice(wrong("da"), follows("dz"), right("dw")) == "dz follows rightly from your own values."
    assert advice(wrong("da"), follows("dz"), follows("dx")) == "dz, dx follow rightly from your own values."


def test_an_empty_node_follows_rightly_unless_it_is_hollow() -> None:
    def empty(hollow: bool) -> Mark:
        return Mark("dz", {}, empty=frozenset({0}), hollow=hollow)

    assert advice(wrong("da"), empty(hollow=False)) == "dz follows rightly from your own values."
    assert advice(wrong("da"), empty(hollow=True)) == ""


def test_other_wrong_nodes_are_next() -> None:
    assert advice(wrong("da"), wrong("dz"), wrong("dx")) == "Look at dz, dx next."


def test_nodes_that_are_wrong_alike_are_not_next() -> None:
    judged = observed({name: ([9.0], [1.0]) for name in NET.gradients})
    marks = [wrong("da"), wrong("dz"), wrong("dw")]
    assert gradient_finding(NET, judged, marks, marks[0], ["da", "dz"], None).advice == "Look at dw next."


def missing(name: str) -> Mark:
    return Mark(name, {0: Mismatch("missing", f"{name} is missing")})


def test_missing_nodes_are_named_last() -> None:
    assert advice(wrong("da"), missing("dz")) == "dz is missing from what you return."
    assert advice(wrong("da"), missing("dz"), follows("dw"), wrong("dx"), right("db")) == (
        "dw follows rightly from your own values. Look at dx next. dz is missing from what you return."
    )
    assert advice(wrong("da"), missing("dz"), missing("dx")) == "dz, dx are missing from what you return."


def test_a_missing_node_may_have_another_name() -> None:
    got = {"dzz": np.ones(1), "da": np.ones(1), "loss": np.ones(1)}
    assert advice(missing("dz"), right("da"), got=got) == "You returned dzz: is that dz?"
    assert advice(missing("dz"), got={"loss": np.ones(1)}) == ""
    assert advice(missing("dz"), got={"dz" + "z" * 30: np.ones(1)}) == ""


def test_of_thousands_of_other_names_only_the_first_are_looked_at() -> None:
    got = {f"d{number}z": np.ones(1) for number in range(5_000)}
    assert advice(missing("dz"), got=got).count("is that dz?") == MAX_EXTRA


def test_a_node_that_has_its_own_name_is_not_taken_for_a_missing_one() -> None:
    got = {"dx1": np.ones(1)}
    assert advice(missing("dx2"), right("dx1"), got=got, of=network("dx2 dx1")) == ""
    assert advice(missing("dx2"), got=got, of=network("dx2")) == "You returned dx1: is that dx2?"


def test_a_node_is_taken_for_one_missing_node_only() -> None:
    judged = observed(seen({}, got={"dx": np.ones(1)}))
    marks = [missing("dx1"), missing("dx2")]
    found = gradient_finding(network("dx1 dx2"), judged, marks, marks[0], ["dx1", "dx2"], None)
    assert found.advice.count("is that") == 1


def test_a_node_that_was_not_asked_for_is_named_in_twenty_columns() -> None:
    def named(columns: int) -> str:
        name, key = "d" + "x" * columns, "d" + "x" * (columns - 1)
        return advice(missing(name), got={key: np.ones(1)}, of=network(name))

    assert named(20).startswith(f"You returned d{'x' * 19}: ")
    assert named(21).startswith(f"You returned d{'x' * 18}…: ")


def test_what_is_no_pair_is_told_what_its_own_function_lacks() -> None:
    of = training("loss")
    assert headlines(of, {"loss": (MISSING, 1.0)}) == ["loss is missing from what train returns"]


def test_missing_nodes_are_told_together() -> None:
    found = told(NET, {"da": (MISSING, [1.5]), "dz": RIGHT, "dw": (MISSING, [1.5]), "dx": OFF})
    assert [each.headline for each in found] == ["da and dw are missing from what bend_backward returns"]


def test_what_is_no_network_has_no_advice() -> None:
    assert [each.advice for each in told(BOTH, {"dx": RIGHT, "dw": OFF})] == [""]


# Forward and changes.


def test_a_forward_that_is_not_as_given_is_told_and_named_as_altered() -> None:
    case = seen({"dx": RIGHT})
    found = forward_finding(exercise("dx"), case, Mismatch("value", "y = 2, PyTorch says 1"))
    assert found.headline == "bend_forward no longer computes y"
    assert found.call == forward_call(exercise("dx"), case.case)
    assert found.fact == "y = 2, PyTorch says 1"
    assert found.altered == "bend_forward"
    assert found.advice == "The gradients were not judged."


def changed(*names: str, of: Exercise | None = None) -> Finding:
    return change_finding(of or exercise("dx"), seen({"dx": RIGHT}, touched=names))


def test_what_was_changed_in_place_is_told() -> None:
    assert changed("x").headline == "x was changed in place"
    assert changed("x", "dout").headline == "x and dout were changed in place"
    diagnosis = changed("x", "dout").diagnosis
    assert diagnosis is not None
    assert (diagnosis.id, diagnosis.gradient) == ("changed-in-place", "x")


def test_the_call_is_shown_that_changed_an_input() -> None:
    case = seen({"dx": RIGHT}).case
    for names in (("x",), ("x", "dout")):
        assert changed(*names).call == call(exercise("dx"), case)
    of = exercise("dx", calls=(Call("bend", ("x",), "dx"),))
    assert changed("x", of=of).call == call(of, case)
