"""Students by exercises in a class's page: what is known of each, and a page that is small, whatever they hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader import catalog
from grader.report.class_report import class_roster
from grader.report.class_report.class_page import class_page, roster_data
from grader.report.class_report.class_summary import Circumstances, ClassSummary
from grader.report.class_report.class_tally import Tally
from grader.results import LEAST_SECRET, Diagnosis, Finding, seed_fingerprint
from tests.classes.test_class_summary import FORMULA, MASK, UNEXPLAINED, WRONG, exercise

KNOWN = Finding("dx is wrong", "f(x)", "dx[0] = 1, PyTorch says 2", diagnosis=replace(MASK, hint="Look at x."))

MEGABYTE = 1_000_000


def stand(summary: ClassSummary, name: str, of: str) -> Any:
    """How an exercise stands in a submission, as the page has it."""
    data = roster_data(summary)
    (place,) = (place for place, each in enumerate(data["exercises"]) if each["name"] == of)
    (student,) = (each for each in data["students"] if each["name"] == name)
    return data["exercises"][place]["standings"][student["at"][place]]


def given(*each: tuple[str, Sequence[Finding]]) -> ClassSummary:
    """What is said of submissions of relu, each with its name and the findings."""
    tally = Tally()
    for name, found in each:
        tally.add(name, [exercise("relu", "failed", 1.0)], 0.0, {}, {"relu": found})
    return tally.summary()


def test_a_standing_has_the_points_the_status_and_the_verdict_in_words() -> None:
    found = stand(given(("s0", [KNOWN])), "s0", "relu")
    assert (found["status"], found["points"], found["share"]) == ("failed", "1", 0.5)
    (said,) = found["findings"]
    assert (said["claim"], said["hint"]) == (MASK.claim, "Look at x.")
    assert (said["headline"], said["call"], said["fact"]) == (KNOWN.headline, KNOWN.call, KNOWN.fact)


def test_those_who_stand_alike_share_what_is_said_of_them() -> None:
    data = roster_data(given(("s0", [KNOWN]), ("s1", [KNOWN]), ("s2", [UNEXPLAINED])))
    assert [each["at"] for each in data["students"]] == [[0], [0], [1]]


def test_every_mistake_that_is_counted_is_found_in_the_verdicts_of_so_many_students() -> None:
    formula = Finding("dz2 is wrong", diagnosis=FORMULA)
    both = [KNOWN, Finding("dw is wrong", diagnosis=WRONG)]
    summary = given(("s0", both), ("s1", [KNOWN]), ("s2", [UNEXPLAINED, formula]), ("s3", [UNEXPLAINED, formula]))
    answers = [answer for row in summary.roster.rows for answer in stand(summary, row.name, "relu")["answers"]]
    known = [(each.anchor, each.students) for each in summary.mistakes]
    counted = [*known, *((each.anchor, each.students) for each in summary.same)]
    assert [students for _, students in counted] == [2, 1, 2, 2]
    assert {anchor: answers.count(anchor) for anchor in answers} == dict(counted)
    page = class_page(summary)
    assert all(page.count(f' id="{anchor}"') == 1 for anchor, _ in counted)


def test_who_could_not_be_judged_has_a_row_that_says_why() -> None:
    tally = Tally()
    tally.add("s0", [exercise("relu", "passed", 2.0)], 0.0, {}, {})
    tally.note("infrastructure", "s1", "the machine is full")
    tally.note("undated", "s0", "no time")
    assert [(each["name"], each.get("why")) for each in roster_data(tally.summary())["students"]] == [
        ("s0", None),
        ("s1", "the machine is full"),
    ]


def test_what_nobody_handed_in_has_no_column_and_an_exercise_that_is_set_for_some_is_empty_for_others() -> None:
    tally = Tally()
    tally.add("s0", [exercise("conv2d", "missing", 0.0), exercise("relu", "passed", 2.0)], 0.0, {}, {})
    more = [exercise("conv2d", "missing", 0.0), exercise("relu", "error", 0.0, "no text"), exercise("add", "passed", 2)]
    tally.add("s1", more, 0.0, {}, {})
    data = roster_data(tally.summary())
    assert [each["name"] for each in data["exercises"]] == ["relu", "add"]
    assert [each["at"] for each in data["students"]] == [[0, None], [1, 0]]
    assert stand(tally.summary(), "s1", "relu")["message"] == "no text"


@pytest.mark.parametrize(
    ("seed", "text"),
    [(3, "seed 3 "), (LEAST_SECRET, f"seed secret, with the fingerprint {seed_fingerprint(LEAST_SECRET)} ")],
)
def test_the_page_says_when_with_which_seed_and_how_it_was_graded(seed: int, text: str) -> None:
    circumstances = Circumstances.now(seed, "limits")
    page = class_page(Tally("a", circumstances).summary())
    assert f"as of {circumstances.date}" in page
    assert text in page
    assert "isolation limits" in page
    assert str(LEAST_SECRET) not in page


def odd(place: int, name: str) -> Sequence[Finding]:
    """What nobody else's verdict says, as long as it can be, and of which there is the half in another's."""
    known = Diagnosis("known", "dx", f"The claim of {name}, {place % 9}.", "The hint. " * 9)
    theirs = ("<script>" * 20,) * 3
    return Finding("x", diagnosis=known), Finding(f"dx {place}", theirs=theirs, digest=f"d{place // 2}")


def test_a_thousand_students_fit_into_three_megabytes_whatever_they_hand_in() -> None:
    tally = Tally()
    names = tuple(catalog.names())
    for place in range(1000):
        # To make them all so odd would take the test too long, and the page no more room.
        found = {name: odd(place, name) for name in names[place // 2 % 4 :: 4]}
        exercises = [exercise(name, "failed" if name in found else "passed", place % 40 / 20) for name in names]
        tally.add(f"class/student{place}", exercises, 1.0, {}, found)
    summary = tally.summary()
    page = class_page(summary)
    assert len(page.encode()) < 3 * MEGABYTE
    assert "too many for this page" in page
    assert stand(summary, "class/student0", names[0])["findings"][1]["theirs"]
    cut = stand(summary, "class/student999", names[3])
    assert cut["cut"]
    assert (cut["status"], cut["share"]) == ("failed", 0.975)


def test_verdicts_without_room_for_their_words_still_say_which_known_mistake_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(class_roster, "MAX_TEXT", 0)
    summary = given(("s0", [KNOWN, UNEXPLAINED]))
    found = stand(summary, "s0", "relu")
    assert found["cut"]
    assert found["answers"] == [summary.mistakes[0].anchor]
    assert "findings" not in found
    monkeypatch.setattr(class_roster, "MAX_BRIEF", 0)
    assert "answers" not in stand(given(("s0", [KNOWN])), "s0", "relu")


def test_the_rows_of_a_class_of_any_size_are_so_many_and_the_others_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(class_roster, "MAX_ROWS", 2)
    tally = Tally()
    for place in range(3):
        tally.add(f"s{place}", [exercise("relu", "passed", 2.0)], 0.0, {}, {})
    tally.note("infrastructure", "s3", "full")
    data = roster_data(tally.summary())
    assert ([each["name"] for each in data["students"]], data["left"]) == (["s0", "s1"], 2)
