"""A class's summary: what the results say together, gathered one by one."""

from __future__ import annotations

from typing import Any

from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_summary import Mistake
from grader.report.class_report.class_tally import MAX_NAMED, Tally
from grader.report.class_report.class_text import class_lines, percent
from grader.report.terminal import plain

MASK = {"id": "mask-on-dout", "gradient": "dx", "claim": "You masked on the upstream gradient.", "hint": ""}
WRONG = {"id": "factor-two", "gradient": "dw", "claim": "You forgot the 2.", "hint": ""}


def exercise(name: str, status: str, points: float, diagnosis: dict[str, str] | None = None, said: str = "") -> Any:
    checks = [{"name": "dx random", "status": "failed", "points": points, "max_points": 2.0, "message": said}]
    return {
        "name": name,
        "status": status,
        "points": points,
        "max_points": 2.0,
        "checks": checks,
        "diagnosis": diagnosis,
    }


def test_marks_are_counted_by_tenths_with_mean_and_median() -> None:
    tally = Tally()
    for place, points in enumerate([0.0, 0.1, 0.2, 1.0, 2.0]):
        tally.add(f"s{place}", [exercise("relu", "failed", points)], 0.0, {})
    summary = tally.summary()
    assert summary.marks == (2, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert summary.median == 0.1
    assert round(summary.mean, 6) == 0.33


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    tally = Tally()
    for points in [0.0, 1.0, 2.0, 2.0]:
        tally.add("s", [exercise("relu", "failed", points)], 0.0, {})
    assert tally.summary().median == 0.75


def test_the_hardest_exercise_comes_first_and_mistakes_by_frequency() -> None:
    tally = Tally()
    for place in range(4):
        relu = exercise("relu", "failed" if place else "passed", 1.0, MASK if place else None)
        square = exercise("square", "failed" if place > 2 else "passed", 1.0, WRONG if place > 2 else None)
        tally.add(f"s{place}", [square, relu], 0.0, {})
    summary = tally.summary()
    assert [(each.name, each.passed) for each in summary.exercises] == [("relu", 0.25), ("square", 0.75)]
    assert summary.mistakes == (
        Mistake("relu", "mask-on-dout", MASK["claim"], 3),
        Mistake("square", "factor-two", WRONG["claim"], 1),
    )


def test_the_slowest_are_the_slowest() -> None:
    tally = Tally()
    for place in range(100):
        tally.add(f"s{place}", [exercise("relu", "passed", 2.0)], float(place * 37 % 101), {})
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
        tally.add(f"s{place}", [exercise("relu", status, 0.0), exercise("conv2d", "missing", 0.0)], 0.0, {})
    tally.add("s3", [exercise("relu", "missing", 0.0), exercise("conv2d", "missing", 0.0)], 0.0, {})
    summary = tally.summary()
    assert summary.absent == ("conv2d",)
    assert [each.name for each in summary.exercises] == ["relu"]
    (missing,) = summary.concerns
    assert (missing.total, missing.named) == (2, (("s1", "relu"), ("s3", "relu")))


def test_the_list_of_what_a_person_should_look_at_is_capped_and_counted() -> None:
    tally = Tally()
    for place in range(1000):
        said = exercise("relu", "timeout", 0.0, said="stopped after 5 seconds")
        tally.add(f"s{place}", [said], 5.0, {"relu": "timeout"})
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
    tally.add("<img src=x>", [exercise("relu", "error", 0.0, said="<b>&")], 1.0, {"relu": "crashed"})
    page = class_page(tally.summary())
    assert "&lt;img src=x&gt;" in page
    assert "&lt;script&gt;" in page
    assert not any(each in page for each in ("<img", "<b>&", "<script"))


def test_per_cent_is_all_only_of_all_and_none_only_of_none() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]
