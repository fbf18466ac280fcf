"""What the points are shared among, what a submission earns of them, and what it is told about the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader.exercise import CONVENTIONS_SHARE, SHARES, UNCHANGED_SHARE, Edge, Example, Exercise
from grader.judging.checks import check_names, checks
from grader.judging.comparison import Mismatch
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import Check, Diagnosis, ExerciseResult, Finding, SubmissionResult
from tests.policy.builders import WRONG, exercise, network, observed, seen

EXAMPLES = (Example("a note", {"x": 1.0}),)
EDGES = (Edge("x at 0", {"x": 0.0}),)
WHOLE = {"examples": EXAMPLES, "edges": EDGES}
FORWARD = Finding("bend_forward no longer computes y")

EXAMPLE, RANDOM, EDGE, CONVENTION = 0, 1, 2, 3
JUDGED = observed(*(seen({"dx": (1, 1)}, group) for group in ("examples", "random", "edges", "conventions")))
"""A case of each group."""


def made(
    *marks: Mark,
    of: Exercise | None = None,
    judged: Mapping[int, Observation] = JUDGED,
    forward: Finding | None = None,
    mutation: Finding | None = None,
    found: Sequence[Finding] = (),
) -> dict[str, Check]:
    """The checks of these gradients by their names; every case is answered."""
    exercise_ = of or exercise(" ".join(each.name for each in marks), **WHOLE)
    return {each.name: each for each in checks(exercise_, judged, marks, forward, mutation, found, explained=False)}


def statuses(*marks: Mark, **fields: Any) -> dict[str, str]:
    return {name: check.status for name, check in made(*marks, **fields).items() if name.startswith("d")}


# Shares.


def test_points_are_shared_a_twentieth_each_for_conventions_and_inputs_and_the_rest_by_gradient_and_group() -> None:
    assert SHARES == {"examples": 0.25, "random": 0.5, "edges": 0.25}
    assert (CONVENTIONS_SHARE, UNCHANGED_SHARE) == (0.05, 0.05)
    points = check_names(exercise("dx dw", points=2.0, **WHOLE))
    assert points == pytest.approx(
        {
            "forward": 0.0,
            "dx examples": 0.225,
            "dx random": 0.45,
            "dx edges": 0.225,
            "dw examples": 0.225,
            "dw random": 0.45,
            "dw edges": 0.225,
            "conventions": 0.1,
            "unchanged": 0.1,
        }
    )
    assert sum(points.values()) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("fields", "shares"),
    [
        ({}, {"random": 1}),
        ({"examples": EXAMPLES}, {"examples": 1 / 3, "random": 2 / 3}),
        ({"edges": EDGES}, {"random": 2 / 3, "edges": 1 / 3}),
        ({"edges": (replace(EDGES[0], convention=True),)}, {"random": 1}),
        ({"edges": (replace(EDGES[0], convention=True), *EDGES)}, {"random": 2 / 3, "edges": 1 / 3}),
        (WHOLE, {"examples": 1 / 4, "random": 1 / 2, "edges": 1 / 4}),
    ],
)
def test_groups_that_an_exercise_lacks_leave_their_points_to_the_others(
    fields: dict[str, Any], shares: dict[str, float]
) -> None:
    points = check_names(exercise("dx", **fields))
    assert {name.removeprefix("dx "): each for name, each in points.items() if name[0] == "d"} == pytest.approx(
        {group: 0.9 * share for group, share in shares.items()}
    )


def test_the_documented_examples_alone_earn_under_half() -> None:
    earned = made(Mark("dx", {RANDOM: WRONG, EDGE: WRONG})).values()
    assert 0 < sum(check.points for check in earned) < 0.5


def test_an_exercise_that_is_no_pair_has_no_check_of_a_forward() -> None:
    of = exercise("dx", driver="training")
    assert list(check_names(of)) == ["dx random", "conventions", "unchanged"]
    assert "forward" not in made(Mark("dx", {}), of=of)


def test_checks_come_in_the_order_of_gradients_and_groups_conventions_and_inputs_last() -> None:
    of = exercise("dx dw", **WHOLE)
    names = [f"{gradient} {group}" for gradient in ("dx", "dw") for group in ("examples", "random", "edges")]
    assert list(check_names(of)) == ["forward", *names, "conventions", "unchanged"]
    assert list(made(Mark("dx", {}), Mark("dw", {}))) == ["forward", *names, "conventions", "unchanged"]


def test_what_is_right_earns_all_its_points() -> None:
    earned = made(Mark("dx", {}))
    assert {check.status for check in earned.values()} == {"passed"}
    assert [check.points for check in earned.values()] == [check.max_points for check in earned.values()]
    assert sum(check.points for check in earned.values()) == pytest.approx(1.0)
    assert not any(check.message for check in earned.values())


def test_a_check_fails_in_its_own_group_alone() -> None:
    assert statuses(Mark("dx", {EXAMPLE: WRONG})) == {
        "dx examples": "failed",
        "dx random": "passed",
        "dx edges": "passed",
    }
    assert statuses(Mark("dx", {EDGE: WRONG})) == {"dx examples": "passed", "dx random": "passed", "dx edges": "failed"}
    failed = made(Mark("dx", {RANDOM: WRONG}))["dx random"]
    assert failed.points == 0
    assert failed.max_points == pytest.approx(0.45)


def test_a_gradient_does_not_pay_for_another() -> None:
    assert statuses(Mark("dx", {RANDOM: WRONG}), Mark("dw", {})) == {
        "dx examples": "passed",
        "dx random": "failed",
        "dx edges": "skipped",
        "dw examples": "passed",
        "dw random": "passed",
        "dw edges": "passed",
    }


# Skipped.


def test_nothing_is_judged_of_a_forward_that_is_not_as_it_was_given() -> None:
    skipped = made(Mark("dx", {}), forward=FORWARD)
    assert (skipped["forward"].status, skipped["forward"].message) == ("failed", FORWARD.headline)
    assert {skipped[f"dx {group}"].status for group in SHARES} == {"skipped"}
    assert {skipped[f"dx {group}"].message for group in SHARES} == {"the forward is not as it was given"}
    assert {skipped[name].status for name in ("conventions", "unchanged")} == {"skipped"}
    assert sum(check.points for check in skipped.values()) == 0
    assert sum(check.max_points for check in skipped.values()) == pytest.approx(1.0)


def test_edges_count_once_the_random_cases_are_right() -> None:
    edges = made(Mark("dx", {RANDOM: WRONG}))["dx edges"]
    assert (edges.status, edges.points) == ("skipped", 0.0)
    assert edges.max_points == pytest.approx(0.225)
    assert edges.message == "judged once the random cases are right"


def told(name: str, *marks: Mark, **fields: Any) -> tuple[str, float, str]:
    """Whether a check is passed, what it earns, and its message."""
    check = made(*marks, **fields)[name]
    return check.status, check.points, check.message


EARLY = ("skipped", 0.0, "judged once a gradient is right")


def test_leaving_the_inputs_counts_once_a_gradient_is_right() -> None:
    assert told("unchanged", Mark("dx", {RANDOM: WRONG}), Mark("dw", {RANDOM: WRONG})) == EARLY
    assert told("unchanged", Mark("dx", {RANDOM: WRONG}), Mark("dw", {})) == ("passed", 0.05, "")
    assert told("unchanged", Mark("dx", {EXAMPLE: WRONG, EDGE: WRONG})) == ("passed", 0.05, "")


def test_changed_inputs_are_told_by_what_was_changed() -> None:
    check = made(Mark("dx", {}), mutation=Finding("x was changed in place"))["unchanged"]
    assert (check.status, check.points, check.message) == ("failed", 0.0, "x was changed in place")


# Conventions.


def test_what_is_wrong_at_conventions_costs_their_share_and_nothing_else() -> None:
    failed = made(Mark("dx", {CONVENTION: Mismatch("value", "it is wrong at 0")}))
    assert {name: check.status for name, check in failed.items() if check.status != "passed"} == {
        "conventions": "failed"
    }
    assert (failed["conventions"].points, failed["conventions"].message) == (0.0, "it is wrong at 0.")
    assert sum(check.points for check in failed.values()) == pytest.approx(0.95)


def test_conventions_count_once_a_gradient_is_right() -> None:
    at_0 = Mark("dx", {RANDOM: WRONG, CONVENTION: WRONG})
    assert told("conventions", at_0) == EARLY
    assert told("conventions", at_0, Mark("dw", {})) == ("passed", 0.05, "")
    assert told("conventions", at_0, Mark("dw", {EXAMPLE: WRONG, EDGE: WRONG})) == ("passed", 0.05, "")
    assert told("conventions", Mark("dx", {EXAMPLE: WRONG, CONVENTION: WRONG})) == ("failed", 0.0, "it is wrong.")


def test_conventions_are_those_of_every_gradient_that_is_right() -> None:
    right, off = Mark("dw", {}), Mark("dx", {CONVENTION: Mismatch("value", "it is wrong at 0")})
    for marks in ((right, off), (off, right)):
        assert told("conventions", *marks) == ("failed", 0.0, "it is wrong at 0.")


@pytest.mark.parametrize("kind", ["axes", "width"])
def test_what_is_wrong_in_its_form_alone_costs_the_conventions_and_nothing_else(kind: Any) -> None:
    misshapen = Mark("dx", {}, forms={RANDOM: Mismatch(kind, "it has another form")})
    failed = made(misshapen)
    assert told("conventions", misshapen) == ("failed", 0.0, "it has another form")
    assert sum(check.points for check in failed.values()) == pytest.approx(0.95)


def test_the_form_of_a_gradient_counts_once_it_is_right() -> None:
    misshapen = Mark("dx", {RANDOM: WRONG}, forms={EXAMPLE: Mismatch("axes", "it has another form")})
    assert told("conventions", misshapen) == EARLY
    assert told("conventions", misshapen, Mark("dw", {})) == ("passed", 0.05, "")


def test_what_is_hollow_at_conventions_costs_their_share() -> None:
    hollow = Mark("dx", {}, empty=frozenset({CONVENTION}), hollow=True)
    assert told("conventions", hollow)[0] == "failed"
    assert told("conventions", replace(hollow, hollow=False))[0] == "passed"


# Parts.


PARTED = {"driver": "engine", "apart": ("dx",)}


def earned(*parts: dict[str, bool], faults: Sequence[int] = (0,)) -> float:
    """The part of its points that a result earns whose entries were so in each random case."""
    judged = observed(*[seen({"dx": ({}, {})})] * len(parts))
    mark = Mark("dx", dict.fromkeys(faults, WRONG), parts=dict(enumerate(parts)))
    check = made(mark, of=exercise("dx", **PARTED), judged=judged)["dx random"]
    return check.points / check.max_points


def test_each_entry_of_a_result_earns_its_share() -> None:
    assert earned({"a": True, "b": False, "c": True, "d": True}) == pytest.approx(3 / 4)
    assert earned({"a": False, "b": False}) == 0
    assert earned({"a": False, "b": False}, faults=()) == 1


def test_an_entry_has_to_be_right_in_every_case_that_has_it() -> None:
    assert earned({"a": True, "b": False}, {"a": True, "b": True}) == pytest.approx(1 / 2)
    assert earned({"a": True, "b": False}, {"a": False, "b": True}) == 0
    assert earned({"a": False}, {"b": True}, {"b": True, "c": True}) == pytest.approx(2 / 3)


def test_the_entries_of_a_group_earn_what_that_group_is_worth() -> None:
    mark = Mark(
        "dx",
        {EXAMPLE: WRONG, RANDOM: WRONG},
        parts={EXAMPLE: {"a": True, "b": False}, RANDOM: {"a": False, "b": False}},
    )
    found = made(mark, of=exercise("dx", **PARTED, **WHOLE))
    assert found["dx examples"].points == pytest.approx(found["dx examples"].max_points / 2)
    assert (found["dx examples"].status, found["dx random"].points) == ("failed", 0)


# Follows and empty.


def test_what_follows_earns_its_points_with_a_note() -> None:
    check = made(Mark("dx", {}, follows=frozenset({RANDOM})), of=network("dx", **WHOLE))
    assert check["dx random"].status == "passed"
    assert check["dx random"].message == "follows from your own upstream gradient"
    assert check["dx examples"].message == ""


def test_a_hollow_gradient_fails_in_the_groups_where_it_is_empty() -> None:
    hollow = Mark("dx", {}, empty=frozenset({EXAMPLE, EDGE}), hollow=True)
    assert statuses(hollow) == {"dx examples": "failed", "dx random": "passed", "dx edges": "failed"}
    failed = made(hollow)["dx examples"]
    assert (failed.points, failed.message) == (
        0.0,
        "dx follows from a gradient that is 0, or one number, nearly everywhere",
    )


def test_a_gradient_that_is_empty_and_not_hollow_keeps_its_points() -> None:
    kept = made(Mark("dx", {}, empty=frozenset({EXAMPLE, RANDOM, EDGE})))
    assert {check.status for check in kept.values()} == {"passed"}
    assert kept["dx random"].points == pytest.approx(0.45)


def test_hollow_random_cases_leave_nothing_to_judge_at_the_edges_and_in_the_inputs() -> None:
    hollow = made(Mark("dx", {}, empty=frozenset({RANDOM}), hollow=True))
    assert {name: check.status for name, check in hollow.items()} == {
        "forward": "passed",
        "dx examples": "passed",
        "dx random": "failed",
        "dx edges": "skipped",
        "conventions": "skipped",
        "unchanged": "skipped",
    }


# Messages.


def test_a_failed_check_says_the_first_difference_of_its_group() -> None:
    judged = observed(*(seen({"dx": (1, 1)}, group) for group in ("examples", "random", "random", "edges")))
    faults = {number: Mismatch("value", f"it is wrong in case {number}") for number in (2, 3)}
    failed = made(Mark("dx", faults), judged=judged)
    assert failed["dx random"].message == "it is wrong in case 2."


def test_a_failed_check_says_the_claim_about_its_own_gradient() -> None:
    found = [
        Finding("an error"),
        Finding("dw is wrong", diagnosis=Diagnosis("b", "dw", "dw is negated.", "")),
        Finding("dx is wrong", diagnosis=Diagnosis("a", "dx", "dx is halved.", "")),
    ]
    failed = made(Mark("dx", {RANDOM: WRONG}), Mark("dw", {RANDOM: WRONG}), found=found)
    assert failed["dx random"].message == "it is wrong. dx is halved."
    assert failed["dw random"].message == "it is wrong. dw is negated."
    assert made(Mark("dx", {RANDOM: WRONG}), found=found[:2])["dx random"].message == "it is wrong."


# JSON.


def result(points: float, *checks: Check) -> ExerciseResult:
    return ExerciseResult("bend", "ex10_bend.py", "", "failed", points, 1.0, checks)


def test_points_have_six_digits_in_the_json() -> None:
    third = Check("dx random", "passed", 1 / 3, 2 / 3)
    json = result(1 / 3, third).to_json()
    assert json["points"] == 0.333333
    assert json["checks"][0]["points"] == 0.333333
    assert json["checks"][0]["max_points"] == 0.666667


def test_the_points_of_a_submission_are_the_sum_of_its_exercises_to_six_digits() -> None:
    submission = SubmissionResult("exercises", 0, "full", (result(1 / 3), result(1 / 3)))
    assert submission.points == pytest.approx(2 / 3)
    assert submission.to_json()["points"] == 0.666667
    assert submission.max_points == submission.to_json()["max_points"] == 2.0
    assert submission.to_json()["version"] == 1


def test_the_json_has_the_first_diagnosis_that_there_is() -> None:
    one, two = (Diagnosis(name, "dx", "It is.", "Is it?", "dx = -dout", "sign") for name in ("formula", "two"))
    found = (Finding("an error"), Finding("dx", diagnosis=one), Finding("dw", diagnosis=two))
    judged = ExerciseResult("bend", "", "", "failed", 0.0, 1.0, (), found)
    assert judged.diagnosis == one
    said = {"id": "formula", "gradient": "dx", "claim": "It is.", "hint": "Is it?"}
    assert judged.to_json()["diagnosis"] == said | {"formula": "dx = -dout", "kind": "sign"}
    assert result(0.0).to_json()["diagnosis"] is None
