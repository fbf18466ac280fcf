"""Each platform's results, made from a submission's JSON: what it takes, and no more than was earned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.judging.source import read
from grader.judging.unmarked import unread_result
from grader.report.formats import in_words
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS
from grader.results import Finding, SubmissionResult
from grader.sandbox.host.source_file import SubmissionFileError
from tests.platforms import facts

SPOOF = "wrong\n::error::forged\n```\n<b>100 %</b> | 2/2 |\x1b[32m"
"""What a submission may have in a message, to be more than a text."""


def exercise(name: str, status: str, points: float, most: float = 2, said: str = "dx[0] = 9, PyTorch says 0.") -> Any:
    """An exercise's part of the JSON."""
    failed = {
        "name": "dx random",
        "status": "failed",
        "points": 0.0,
        "max_points": most,
        "message": said if status == "missing" else f"{said} Masked.",
    }
    return {
        "name": name,
        "file": f"exercises/ex21_{name}.py",
        "line": 12,
        "status": status,
        "points": points,
        "max_points": most,
        "checks": [] if status == "passed" else [failed],
        "diagnosis": {"id": "mask", "claim": "Masked.", "hint": "Think."} if status == "failed" else None,
    }


RIGHT = exercise("relu", "passed", 2)
WRONG = exercise("affine", "failed", 1.9999)
HOSTILE = exercise("bce", "error", 0.0, said=SPOOF)
UNTOUCHED = exercise("square", "not-started", 0.0)
MISSING = exercise("add", "missing", 0.0, said="ex12_add.py is missing")


def made(form: str, *exercises: Any, **more: Any) -> str:
    record = {"version": 1, "isolation": "limits", "exercises": list(exercises), **more}
    return PLATFORM_FORMATS[form].result(record)


def test_gradescope_gets_a_test_an_exercise() -> None:
    results = facts.gradescope(made("gradescope", RIGHT, WRONG, HOSTILE, UNTOUCHED, MISSING))
    tests = facts.by_name(results["tests"])
    assert [test["score"] for test in results["tests"]] == [2, 1.99, 0, 0, 0]
    assert results["score"] == 3.99
    assert tests["relu"] == {
        "name": "relu",
        "score": 2,
        "max_score": 2,
        "status": "passed",
        "output": "right",
        "number": "21",
    }
    assert tests["affine"]["output"] == "dx random: dx[0] = 9, PyTorch says 0.\nMasked.\nThink."
    assert tests["affine"]["tags"] == ["mask"]
    assert "\x1b" not in tests["bce"]["output"]
    assert "Isolation: limits." in results["output"]
    assert "none is hidden" in results["output"]


def test_prairielearn_has_exactly_one_for_all_and_less_for_anything_else() -> None:
    thirds = [exercise(f"e{number}", "passed", 1 / 3, 1 / 3) for number in range(7)]
    assert facts.prairielearn(made("prairielearn", *thirds))["score"] == 1.0
    assert facts.prairielearn(made("prairielearn", WRONG))["score"] <= 0.99
    assert facts.prairielearn(made("prairielearn", RIGHT, HOSTILE))["score"] == 0.5


def test_what_is_not_begun_costs_no_attempt_at_prairielearn() -> None:
    results = facts.prairielearn(made("prairielearn", UNTOUCHED, MISSING))
    assert results["gradable"] is False
    assert results["format_errors"] == [
        "square: not started",
        "add: ex12_add.py is missing",
        "Isolation: limits.",
    ]
    assert facts.prairielearn(made("prairielearn", UNTOUCHED, HOSTILE))["gradable"] is True


@pytest.mark.parametrize("source", [b"", b"\n \n"])
def test_nor_does_an_empty_file_with_whatever_grades_it(source: bytes, tmp_path: Path) -> None:
    relu = catalog.get("relu")
    (tmp_path / relu.file).write_bytes(source)
    error = read(tmp_path, relu)
    assert isinstance(error, SubmissionFileError)
    result = unread_result(relu, relu.file, error)
    assert [Finding.from_json(each.to_json()) for each in result.findings] == [*result.findings]
    record = in_words(SubmissionResult("ada", 0, "limits", (result,)).to_json(), [result])
    text = PLATFORM_FORMATS["prairielearn"].result(record)
    assert facts.prairielearn(text)["format_errors"] == ["relu: ex21_relu.py is empty", "Isolation: limits."]


def test_classroom50_gets_whole_numbers_and_none_that_is_not_earned() -> None:
    result = facts.classroom50(made("classroom50", RIGHT, WRONG, UNTOUCHED), whole=False)
    assert (result["score"], result["max-score"]) == (3, 6)
    assert facts.by_name(result["tests"], "test-name")["affine"]["score"] == 1
    halves = facts.classroom50(made("classroom50", exercise("half", "passed", 0.5, 0.5), RIGHT), whole=False)
    assert (halves["score"], halves["max-score"]) == (250, 250)


def test_github_annotates_the_students_lines_and_takes_no_command_of_theirs() -> None:
    notes = facts.github(made("github", RIGHT, WRONG, HOSTILE, UNTOUCHED))
    errors = [each for each in notes if each["level"] == "error"]
    assert [(each["file"], each["line"]) for each in errors] == [
        ("exercises/ex21_affine.py", "12"),
        ("exercises/ex21_bce.py", "12"),
    ]
    assert errors[0]["title"] == "affine 1.99/2"
    assert errors[0]["message"].endswith("Masked.\nThink.")


def test_a_file_that_is_not_there_looks_wrong_on_github_for_it_may_have_another_name() -> None:
    notes = facts.github(made("github", UNTOUCHED, MISSING))
    [error] = [each for each in notes if each["level"] == "error"]
    assert (error["file"], error["message"]) == ("exercises/ex21_add.py", "ex12_add.py is missing")


def test_githubs_summary_shows_what_a_student_wrote_as_it_is() -> None:
    text = made("github-summary", RIGHT, HOSTILE)
    table, said = text.split("**bce**")
    assert "| total | 2/4 | |" in table
    assert "<b>" not in table
    fence = said.strip().split("text", 1)[0]
    assert fence == "````"
    assert said.count(fence) == 2


def test_github_classrooms_reporter_gets_a_list_of_tests() -> None:
    result = facts.github_classroom(made("github-classroom", RIGHT, WRONG))
    assert (result["status"], result["max_score"]) == ("fail", 4)
    assert [test["score"] for test in result["tests"]] == [2, 1.99]


def test_submitty_gets_the_share_of_a_testcase() -> None:
    assert facts.submitty(made("submitty", RIGHT))["data"]["score"] == 1.0
    wrong = facts.submitty(made("submitty", WRONG, remarks=["Isolation limits, and why."]))["data"]
    assert wrong["score"] < 1
    assert wrong["message"][-1] == {"message": "Isolation limits, and why.", "status": "information"}


@pytest.mark.parametrize("form", PLATFORM_FORMATS)
def test_what_could_not_be_judged_is_no_verdict_on_the_work(form: str) -> None:
    text = PLATFORM_FORMATS[form].unjudged("The grader did not finish.")
    if form != "github-classroom":
        assert "The grader did not finish." in text.replace("%25", "%")
        assert "says nothing about the work" in text
    if form == "prairielearn":
        assert facts.prairielearn(text)["gradable"] is False
    if form == "submitty":
        assert facts.submitty(text)["status"] == "failure"
    if form == "classroom50":
        assert facts.classroom50(text, whole=False)["max-score"] == 0
    if form == "github":
        assert facts.github(text)[0]["level"] == "error"
    if form == "github-classroom":
        assert facts.github_classroom(text)["status"] == "error"
