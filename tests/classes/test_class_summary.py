"""A class's summary: what the results say together, gathered one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader.report.class_report import class_tally
from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_summary import ClassSummary, Mistake
from grader.report.class_report.class_tally import ALIKE, MAX_NAMED, Tally
from grader.report.class_report.class_text import NAME_IT, class_lines, percent
from grader.report.terminal import plain
from grader.results import Diagnosis, Finding

MASK = Diagnosis("mask-on-dout", "dx", "You masked on the upstream gradient.", "")
WRONG = Diagnosis("factor-two", "dw", "You forgot the 2.", "")
FORMULA = Diagnosis("formula", "dz2", "Your dz2 comes out as da2 * a2.", "", "dz2 = da2 * a2", "dropped")
UNEXPLAINED = Finding("dx is wrong", "f(x)", "dx[0] = 1, PyTorch says 2; dx[0:3] = more", digest="d1")


def taken(*each: tuple[str, str, Sequence[Finding]]) -> ClassSummary:
    """What is said of submissions, each with its name, one exercise, and the findings on it."""
    tally = Tally()
    for name, of, found in each:
        tally.add(name, [exercise(of, "failed", 1.0)], 0.0, {}, {of: found})
    return tally.summary()


def exercise(name: str, status: str, points: float, said: str = "") -> Any:
    checks = [{"name": "dx random", "status": "failed", "points": points, "max_points": 2.0, "message": said}]
    return {
        "name": name,
        "status": status,
        "points": points,
        "max_points": 2.0,
        "checks": checks,
    }


def test_marks_are_counted_by_tenths_with_mean_and_median() -> None:
    tally = Tally()
    for place, points in enumerate([0.0, 0.1, 0.2, 1.0, 2.0]):
        tally.add(f"s{place}", [exercise("relu", "failed", points)], 0.0, {}, {})
    summary = tally.summary()
    assert summary.marks == (2, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert summary.median == 0.1
    assert round(summary.mean, 6) == 0.33


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    tally = Tally()
    for points in [0.0, 1.0, 2.0, 2.0]:
        tally.add("s", [exercise("relu", "failed", points)], 0.0, {}, {})
    assert tally.summary().median == 0.75


def test_the_hardest_exercise_comes_first_and_mistakes_by_frequency() -> None:
    tally = Tally()
    for place in range(4):
        relu = exercise("relu", "failed" if place else "passed", 1.0)
        square = exercise("square", "failed" if place > 2 else "passed", 1.0)
        found = {
            "relu": [Finding("", diagnosis=MASK)] * (place > 0),
            "square": [Finding("", diagnosis=WRONG)] * (place > 2),
        }
        tally.add(f"s{place}", [square, relu], 0.0, {}, found)
    summary = tally.summary()
    assert [(each.name, each.passed) for each in summary.exercises] == [("relu", 0.25), ("square", 0.75)]
    assert summary.mistakes == (
        Mistake("relu", "mask-on-dout", MASK.claim, 3),
        Mistake("square", "factor-two", WRONG.claim, 1),
    )


def test_those_who_give_the_same_wrong_answer_are_one_group_and_the_largest_comes_first() -> None:
    formula = Finding("dz2 is wrong", diagnosis=FORMULA)
    summary = taken(
        *((f"s{place}", "relu", [UNEXPLAINED]) for place in range(ALIKE)),
        *((f"t{place}", "two_layer", [formula]) for place in range(ALIKE + 1)),
        ("alone", "relu", [replace(UNEXPLAINED, digest="d2")]),
        ("elsewhere", "square", [UNEXPLAINED]),
    )
    assert [(each.exercise, each.text, each.students, each.named) for each in summary.same] == [
        ("two_layer", "dz2 = da2 * a2", 3, ("t0", "t1", "t2")),
        ("relu", "dx[0] = 1, PyTorch says 2", 2, ("s0", "s1")),
    ]
    assert len({each.id for each in summary.same}) == 2
    assert summary.mistakes == ()


def test_a_group_needs_two_who_give_the_answer_and_not_one_who_gives_it_twice() -> None:
    assert ALIKE == 2
    assert not taken(("s0", "relu", [UNEXPLAINED, UNEXPLAINED])).same
    assert taken(("s0", "relu", [UNEXPLAINED]), ("s1", "relu", [UNEXPLAINED])).same


def test_each_known_mistake_is_counted_once_a_submission_and_the_other_answer_beside_it_too() -> None:
    both = [UNEXPLAINED, Finding("", diagnosis=WRONG), Finding("", diagnosis=MASK), Finding("", diagnosis=MASK)]
    summary = taken(("s0", "relu", both), ("s1", "relu", both))
    assert summary.mistakes == (
        Mistake("relu", "factor-two", WRONG.claim, 2),
        Mistake("relu", "mask-on-dout", MASK.claim, 2),
    )
    assert [each.students for each in summary.same] == [2]


def test_a_formula_of_another_value_than_the_gradient_says_what_is_wrong() -> None:
    found = [Finding("dx and dw are wrong where x = 0", diagnosis=replace(FORMULA, formula="mask = x >= 0"))]
    (same,) = taken(("s0", "relu", found), ("s1", "relu", found)).same
    assert same.text == "dx and dw are wrong where x = 0: mask = x >= 0"


def test_where_a_gradient_is_wrong_is_said_of_a_group_and_its_case_is_shown_on_the_page() -> None:
    found = [replace(UNEXPLAINED, headline="dx is wrong where x < 0", call="x = 3;\u00a0f(x)")]
    summary = taken(("s0", "relu", found), ("s1", "relu", found))
    assert summary.same[0].text == "dx is wrong where x < 0: dx[0] = 1, PyTorch says 2"
    assert "<pre>x = 3; f(x)</pre>" in class_page(summary)
    found = [replace(found[0], diagnosis=FORMULA)]
    assert "<pre>" not in class_page(taken(("s0", "relu", found), ("s1", "relu", found)))


def test_a_group_is_shown_with_its_students_its_code_and_how_it_gets_a_name() -> None:
    summary = taken(*((f"s{place}", "relu", [UNEXPLAINED]) for place in range(7)))
    (same,) = summary.same
    shown = plain(class_lines(summary)).split("The same wrong answer, of several, and no known mistake\n")[1]
    assert shown.splitlines()[:4] == [
        "     7  relu    dx[0] = 1, PyTorch says 2",
        f"        {same.id}  s0, s1, s2, s3, s4 and 2 more",
        f"  The same command with --code {same.id} shows the code of s0.",
        f"  {NAME_IT}",
    ]
    page = class_page(summary)
    assert "s0, s1, s2, s3, s4, s5, s6" in page
    assert f"--code {same.id}" in page
    assert "CONTRIBUTING, The spec" in page


def test_hostile_names_and_answers_are_text_in_a_group() -> None:
    found = [replace(UNEXPLAINED, fact="<b>", call="<i>")]
    summary = taken(("<img src=x>\x1b", "relu", found), ("s1", "relu", found))
    assert summary.same[0].first == "<img src=x>\x1b"
    assert not any(each in class_page(summary) for each in ("<img", "<b>&", "<i>", "\x1b"))
    assert "\x1b" not in plain(class_lines(summary))


def test_a_class_of_any_size_takes_no_more_than_so_much_for_its_wrong_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_tally, "MAX_ANSWERS", 2)
    monkeypatch.setattr(class_tally, "MAX_STUDENTS", 3)
    answers = [replace(UNEXPLAINED, digest=f"d{number}") for number in (1, 2, 3)]
    summary = taken(*((f"s{place}", "relu", answers) for place in range(5)))
    assert [(each.students, each.named) for each in summary.same] == [(5, ("s0", "s1", "s2"))] * 2
    assert "and 2 more" in class_page(summary)


def test_the_slowest_are_the_slowest() -> None:
    tally = Tally()
    for place in range(100):
        tally.add(f"s{place}", [exercise("relu", "passed", 2.0)], float(place * 37 % 101), {}, {})
    assert [seconds for seconds, _ in tally.summary().slowest] == [
        100.0,
        99.0,
        98.0,
        97.0,
        96.0,
        95.0,
        94.0,
        93.0,
        92.0,
        91.0,
    ]


def test_what_nobody_handed_in_is_said_once_and_what_one_lacks_by_name() -> None:
    tally = Tally()
    for place in range(3):
        status = "missing" if place == 1 else "passed"
        tally.add(f"s{place}", [exercise("relu", status, 0.0), exercise("conv2d", "missing", 0.0)], 0.0, {}, {})
    tally.add("s3", [exercise("relu", "missing", 0.0), exercise("conv2d", "missing", 0.0)], 0.0, {}, {})
    summary = tally.summary()
    assert summary.absent == ("conv2d",)
    assert [each.name for each in summary.exercises] == ["relu"]
    (missing,) = summary.concerns
    assert (missing.total, missing.named) == (2, (("s1", "relu"), ("s3", "relu")))


def test_the_list_of_what_a_person_should_look_at_is_capped_and_counted() -> None:
    tally = Tally()
    for place in range(1000):
        said = exercise("relu", "timeout", 0.0, said="stopped after 5 seconds")
        tally.add(f"s{place}", [said], 5.0, {"relu": "timeout"}, {})
    tally.note("infrastructure", "s1000", "the machine is full")
    unjudged, timeout = tally.summary().concerns
    assert (timeout.total, len(timeout.named)) == (1000, MAX_NAMED)
    assert timeout.named[0] == ("s0", "relu: stopped after 5 seconds")
    assert (unjudged.total, unjudged.named) == (1, (("s1000", "the machine is full"),))
    assert tally.summary().unjudged == 1
    assert tally.summary().submissions == 1000
    assert "and 995 more" in plain(class_lines(tally.summary()))


def test_an_empty_class_can_be_shown() -> None:
    summary = Tally("nobody").summary()
    assert plain(class_lines(summary)) == "0 submissions, none of them judged"
    assert "<h1>nobody</h1>" in class_page(summary)


def test_names_are_text_in_the_page() -> None:
    tally = Tally("<script>")
    tally.add("<img src=x>", [exercise("relu", "error", 0.0, said="<b>&")], 1.0, {"relu": "crashed"}, {})
    page = class_page(tally.summary())
    assert "&lt;img src=x&gt;" in page
    assert "&lt;script&gt;" in page
    assert not any(each in page for each in ("<img", "<b>&", "<script>"))


def test_per_cent_is_all_only_of_all_and_none_only_of_none() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]
