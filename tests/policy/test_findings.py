"""What is told of a submission that ran: in which order, what is told together, and what is left for later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.judging.comparison import Mismatch
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.findings import change_finding, findings, forward_finding, gradient_finding
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import Finding
from grader.sandbox.wire.records import StudentError
from tests.policy.builders import MISSING, WRONG, exercise, marked, network, observed, seen

RAISED = StudentError("raised", "bend_backward", "ValueError", "no")
NOT_WRITTEN = StudentError("not-written", "bend_backward", "NotImplementedError", "")


def told(of: Exercise, *cases: Observation | Mapping[str, tuple[Any, Any]]) -> list[Finding]:
    """What a submission is told that answered so; in a network nothing follows."""
    judged = observed(*cases)
    marks = [marked(of, judged, name, [None] * len(cases)) for name in of.gradients]
    return findings(of, judged, marks, Diagnostician(of, list(judged.values()), Predictions(of, nothing_follows)))


def nothing_follows(*given: Any) -> dict[str, Any]:
    return {}


def headlines(of: Exercise, *cases: Observation | Mapping[str, tuple[Any, Any]]) -> list[str]:
    return [each.headline for each in told(of, *cases)]


BOTH = exercise("dx dw")
OFF = ([1.5, 9.0], [1.5, 4.0])
RIGHT = ([1.5, 4.0], [1.5, 4.0])
NEGATED = ([-1.5, -4.0], [1.5, 4.0])
NOTHING = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=RAISED)


def test_nothing_is_told_of_what_is_right() -> None:
    assert told(BOTH, {"dx": RIGHT, "dw": RIGHT}) == []


def test_every_wrong_gradient_is_told_in_its_order() -> None:
    assert headlines(BOTH, {"dx": OFF, "dw": OFF}) == ["dx is wrong", "dw is wrong"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": OFF}) == ["dw is wrong"]


def test_gradients_with_one_diagnosis_are_told_together() -> None:
    (found,) = told(BOTH, {"dx": NEGATED, "dw": NEGATED})
    assert found.headline == "dx and dw are wrong"
    assert found.diagnosis is not None
    assert found.diagnosis.claim == "dx has the wrong sign in every case."
    three = exercise("dx dw db")
    assert headlines(three, dict.fromkeys(three.gradients, NEGATED)) == ["dx, dw and db are wrong"]


def test_gradients_with_two_diagnoses_are_told_apart() -> None:
    zero = ([0.0, 0.0], [1.5, 4.0])
    assert headlines(BOTH, {"dx": NEGATED, "dw": zero}) == ["dx is wrong", "dw is wrong"]


def test_gradients_with_one_diagnosis_are_told_where_the_first_stands() -> None:
    three = exercise("dx dw db")
    assert headlines(three, {"dx": NEGATED, "dw": OFF, "db": NEGATED}) == ["dx and db are wrong", "dw is wrong"]


def test_an_error_is_told_before_wrong_gradients() -> None:
    assert headlines(BOTH, {"dx": OFF, "dw": RIGHT}, NOTHING) == ["bend_backward raises ValueError", "dx is wrong"]
    assert headlines(BOTH, NOTHING, {"dx": OFF, "dw": RIGHT}) == ["bend_backward raises ValueError", "dx is wrong"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": RIGHT}, NOTHING) == ["bend_backward raises ValueError"]


def test_the_first_error_is_told_and_no_other() -> None:
    again = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=NOT_WRITTEN)
    assert headlines(BOTH, NOTHING, again) == ["bend_backward raises ValueError"]


def test_an_error_that_a_misconception_explains_has_its_diagnosis() -> None:
    def picky(dout: Any, x: Any, w: Any) -> Any:
        """You guessed.

        Don't."""
        if x > 4:
            raise ValueError
        return 7 * x, w

    of = exercise("dx dw", misconceptions=(picky,))
    answered = seen({"dx": (7.0, 3.0), "dw": (2.0, 2.0)}, inputs={"x": 1.0, "w": 2.0})
    raised = seen({"dx": (MISSING, 1), "dw": (MISSING, 2)}, inputs={"x": 5.0, "w": 2.0}, got=None, error=RAISED)
    (found,) = told(of, answered, raised)
    assert found.headline == "bend_backward raises ValueError"
    assert found.diagnosis is not None
    assert found.diagnosis.id == "picky"


def test_what_is_not_written_everywhere_is_said_so_and_what_answers_somewhere_is_written() -> None:
    unwritten = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, error=NOT_WRITTEN)
    assert headlines(BOTH, unwritten, unwritten) == ["bend_backward is not written yet"]
    assert headlines(BOTH, {"dx": RIGHT, "dw": RIGHT}, unwritten) == ["bend_backward raises NotImplementedError"]
    assert headlines(BOTH, unwritten, NOTHING) == ["bend_backward is not written yet"]


def test_another_form_is_told_instead_of_gradients_and_after_an_error() -> None:
    misshapen = seen({"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}, got=None, problem="returns None, where …")
    assert headlines(BOTH, {"dx": OFF, "dw": OFF}, misshapen) == ["bend_backward returns None, where …"]
    assert headlines(BOTH, misshapen, NOTHING) == [
        "bend_backward raises ValueError",
        "bend_backward returns None, where …",
    ]


def test_a_form_of_none_has_the_advice_to_return() -> None:
    def advice(problem: str) -> str:
        missing = {"dx": (MISSING, [1.5]), "dw": (MISSING, [1.5])}
        return told(BOTH, seen(missing, got=None, problem=problem))[0].advice

    assert advice("returns None, where dx belongs") == "Every way through it has to end in a return."
    assert advice("returns a str, where dx belongs") == ""


# One wrong gradient.


def test_the_smallest_failing_case_is_shown_and_how_many_agree() -> None:
    (found,) = told(exercise("dx"), {"dx": RIGHT}, {"dx": OFF}, {"dx": RIGHT}, {"dx": OFF})
    assert found.case == 1
    assert found.call == "bend_backward(dout=1, cache=x=1)"
    assert found.fact == "dx[1] = 9, PyTorch says 4"
    assert found.agreement == "2 of 4 cases agree"


def test_a_case_without_an_answer_is_not_the_one_that_is_shown() -> None:
    nothing = seen({"dx": (MISSING, [1.5])}, got=None, error=RAISED)
    _, found = told(exercise("dx"), nothing, {"dx": OFF})
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


def test_nodes_before_the_wrong_one_are_right() -> None:
    assert advice(right("da"), wrong("dz"), wrong=1) == "dz is the first wrong node; da before it is right."
    assert advice(right("da"), right("dz"), wrong("dw"), wrong=2) == (
        "dw is the first wrong node; da, dz before it are right."
    )
    assert advice(wrong("da")) == ""


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


def test_missing_nodes_are_told_together() -> None:
    found = told(NET, {"da": (MISSING, [1.5]), "dz": RIGHT, "dw": (MISSING, [1.5]), "dx": OFF})
    assert [each.headline for each in found] == ["da and dw are missing from what bend_backward returns"]


def test_what_is_no_network_has_no_advice() -> None:
    assert [each.advice for each in told(BOTH, {"dx": RIGHT, "dw": OFF})] == [""]


# Forward and changes.


def test_a_forward_that_is_not_as_given_is_told_with_the_way_back() -> None:
    found = forward_finding(exercise("dx"), seen({"dx": RIGHT}), Mismatch("value", "y = 2, PyTorch says 1"))
    assert found.headline == "bend_forward no longer computes y"
    assert found.call == "bend_forward(x=1)"
    assert found.fact == "y = 2, PyTorch says 1"
    assert "`grader reset bend`" in found.advice


def changed(*names: str, of: Exercise | None = None) -> Finding:
    return change_finding(of or exercise("dx"), seen({"dx": RIGHT}, touched=names))


def test_what_was_changed_in_place_is_told() -> None:
    assert changed("x").headline == "x was changed in place"
    assert changed("x", "dout").headline == "x and dout were changed in place"
    diagnosis = changed("x", "dout").diagnosis
    assert diagnosis is not None
    assert (diagnosis.id, diagnosis.gradient) == ("changed-in-place", "x")


def test_both_passes_are_shown_where_either_may_have_changed_an_input() -> None:
    assert changed("x").call == "bend_forward(x=1) and bend_backward(dout=1, cache=x=1)"
    assert changed("x", "dout").call == "bend_backward(dout=1, cache=x=1)"
    trained = changed("x", of=exercise("dx", driver="training", asks=("train",)))
    assert trained.call == "train(x=1)"
