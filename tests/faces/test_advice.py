"""The advice at the end of a run, copied into a shell."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring.stub import stub
from grader.graph.exhibits import lesson
from grader.report.page.contents import page_data
from grader.report.terminal import advice, next_step, plain, verdict
from grader.results import ExerciseResult, Finding, Status, SubmissionResult
from grader.text.numbers import points
from tests import submissions
from tests.faces.running import hand_out, pytest_grader, run


def results(submission: str = "exercises", **statuses: Status) -> SubmissionResult:
    """The results of a submission whose exercises have these statuses."""
    exercises = (
        ExerciseResult(name, f"{submission}/{name}.py", "", status, float(status == "passed"), 1.0, ())
        for name, status in statuses.items()
    )
    return SubmissionResult(submission, 0, "full", tuple(exercises))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("failed", "Next: mend exercises/b.py, then pytest grader::b"),
        ("error", "Next: mend exercises/b.py, then pytest grader::b"),
        ("timeout", "Next: mend exercises/b.py, then pytest grader::b"),
        ("not-started", "Next: write exercises/b.py, then pytest grader::b"),
        ("missing", "Next: bring exercises/b.py back with grader reset b"),
    ],
)
@pytest.mark.parametrize("later", ["failed", "error", "timeout", "not-started", "missing"])
def test_next_is_the_first_exercise_that_is_not_right(status: Status, later: Status, said: str) -> None:
    assert next_step(results(a="passed", b=status, c=later)) == said


def test_a_file_that_is_missing_elsewhere_is_no_stub_to_reset() -> None:
    assert next_step(results("work", a="missing", b="failed")) == "Next: bring work/a.py back"


def test_a_stub_advises_to_judge_itself_alone() -> None:
    for name in ("max", "two_layer"):
        exercise = catalog.get(name)
        assert f"\nJudge it:  pytest grader::{name}\n" in stub(exercise, submissions.solution(exercise).decode())


def test_a_forward_is_brought_back_by_a_command_only_where_it_is_in_a_file() -> None:
    finding = Finding("f no longer computes y", advice="Not judged.", altered="f")
    result = replace(results(a="failed").exercises[0], findings=(finding,))
    assert advice("a", finding) == "Not judged. `grader reset a` brings the given forward back."
    assert advice("a", finding, of_a_file=False) == "Not judged. Put the given forward back."
    assert advice("a", Finding("f raises", advice="Look.")) == "Look."
    assert "  Not judged. `grader reset a` brings the given forward back." in plain(verdict(result))
    assert "  Not judged. Put the given forward back." in plain(verdict(result, of_a_file=False))


def test_how_many_cases_are_answered_is_told_also_where_no_number_is_wrong() -> None:
    finding = Finding("f raises ValueError", agreement="3 of 5 cases are answered", theirs=("line 1: 1 / 0",))
    result = replace(results(a="failed").exercises[0], findings=(finding,))
    assert plain(verdict(result)).splitlines()[1:3] == [
        "    (3 of 5 cases are answered)",
        "    your code | line 1: 1 / 0",
    ]


def test_the_page_says_how_a_forward_is_brought_back() -> None:
    finding = Finding("relu_forward no longer computes z", advice="Not judged.", altered="relu_forward")
    made = results(relu="failed")
    made = replace(made, exercises=(replace(made.exercises[0], findings=(finding,)),))
    (shown,) = page_data(made, {"relu": lesson(catalog.get("relu"))}, {}, ())["exercises"]
    assert shown["findings"][0]["advice"] == "Not judged. `grader reset relu` brings the given forward back."


def test_the_page_opens_the_first_that_was_begun_and_is_wrong() -> None:
    names = ("relu", "sigmoid", "tanh")
    lessons = {name: lesson(catalog.get(name)) for name in names}
    wrong: list[tuple[Status, Status, Status]] = [
        ("missing", "error", "failed"),
        ("not-started", "timeout", "error"),
        ("passed", "missing", "passed"),
    ]
    for statuses in wrong:
        made = results(**dict(zip(names, statuses, strict=True)))
        assert page_data(made, lessons, {}, ())["first"] == "sigmoid"


@pytest.mark.parametrize(
    ("earned", "most", "shown"),
    [
        (0.2375, 1.0, "0.24"),
        (0.125, 1.0, "0.12"),
        (1.996, 2.0, "1.99"),
        (1.9999999, 2.0, "2"),
        (2.0, 2.0, "2"),
        (0.001, 1.0, "0"),
        (84.999, 85.0, "84.99"),
    ],
)
def test_points_are_rounded_as_nbgrader_does_and_never_up_to_all(earned: float, most: float, shown: str) -> None:
    assert points(earned, most) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("solutions", "--submission=solutions"),
        ("my work", "'--submission=my work'"),
        ("it's $(touch made)", """'--submission=it'"'"'s $(touch made)'"""),
        ("-x", "--submission=-x"),
    ],
)
def test_the_command_that_is_advised_can_be_copied_whatever_the_folders_name(
    tmp_path: Path, name: str, written: str
) -> None:
    (hand_out(tmp_path) / "exercises").rename(tmp_path / name)
    done = pytest_grader(tmp_path, f"--submission={name}", "-k", "square")
    advised = re.search(r"then (pytest grader::square .*?)\s*$", done.stdout, re.MULTILINE)
    assert advised, done.stdout
    assert advised[1] == f"pytest grader::square {written}"
    again = run(tmp_path, "sh", "-c", f"PATH={Path(sys.executable).parent}:{os.defpath} {advised[1]}")
    assert advised[1] in again.stdout
    assert not (tmp_path / "made").exists()
