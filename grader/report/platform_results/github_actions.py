"""What GitHub Actions shows: annotations on the student's lines, a table; and GitHub Classroom's result."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from grader.report.platform_results.wording_for_all import (
    UNJUDGED,
    Record,
    about,
    explanation,
    is_begun,
    is_right,
    share,
    total,
)
from grader.text import quote
from grader.text.numbers import points

CLASSROOM_VERSION = 3


def github(record: Record) -> str:
    """Annotations, as workflow commands to be printed; what holds of the whole run, as notices.

    Errors are of what is begun and wrong, and of files that aren't there: somebody's work may have another name.
    """
    wrong = [each for each in record["exercises"] if not is_right(each) and (is_begun(each) or _is_missing(each))]
    notes = [f"::notice::{_data(said)}" for said in about(record)]
    return "".join(f"{line}\n" for line in (*map(_annotation, wrong), *notes))


def _is_missing(exercise: Record) -> bool:
    return bool(exercise["status"] == "missing")


def _annotation(exercise: Record) -> str:
    place = f"file={_property(exercise['file'])},line={exercise.get('line', 1)}"
    title = f"{exercise['name']} {points(exercise['points'], exercise['max_points'])}/{points(exercise['max_points'])}"
    return f"::error {place},title={_property(title)}::{_data(explanation(exercise))}"


def _data(text: str) -> str:
    """A text as a workflow command takes it: on one line, so that none of it is a command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def unjudged_github(why: str) -> str:
    """An error that is no line's."""
    return f"::error title=Not graded::{_data(f'{why} {UNJUDGED}')}\n"


def github_summary(record: Record) -> str:
    """The table of a job's summary, in Markdown, and below it what is wrong, as it is."""
    earned, most = total(record)
    rows = [
        f"| {each['name']} | {share(each['points'], each['max_points']):g}/{each['max_points']:g} | {each['status']} |"
        for each in record["exercises"]
    ]
    begun = [each for each in record["exercises"] if is_begun(each) and not is_right(each)]
    wrong = [part for each in begun for part in (f"**{each['name']}**", _fenced(explanation(each)))]
    table = "\n".join(["| exercise | points | status |", "|---|---|---|", *rows, f"| total | {earned:g}/{most:g} | |"])
    return "\n\n".join(["### Handgrad", table, *wrong, _fenced("\n".join(about(record)))]) + "\n"


def _fenced(text: str) -> str:
    """A text as code, by a fence that it can't end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def unjudged_github_summary(why: str) -> str:
    """The sentence alone."""
    return f"### Handgrad\n\n{_fenced(f'{why} {UNJUDGED}')}\n"


def github_classroom(record: Record) -> str:
    """The result that GitHub Classroom's reporter takes from a step: JSON in base64, on one line."""
    exercises = record["exercises"]
    status = "pass" if all(map(is_right, exercises)) else "fail"
    return _encoded(status, total(record)[1], [_classroom_test(each) for each in exercises])


def _classroom_test(exercise: Record) -> dict[str, Any]:
    return {
        "name": exercise["name"],
        "status": "pass" if is_right(exercise) else "fail",
        "score": share(exercise["points"], exercise["max_points"]),
        "line_no": exercise.get("line", 1),
        "filename": exercise["file"],
        "message": explanation(exercise),
    }


def unjudged_github_classroom(why: str) -> str:
    """An error, with a list of tests all the same: the reporter counts them."""
    test = {"name": "grading", "status": "error", "score": 0, "line_no": 0, "message": quote.line(f"{why} {UNJUDGED}")}
    return _encoded("error", 0, [test])


def _encoded(status: str, most: float, tests: list[dict[str, Any]]) -> str:
    result = {"version": CLASSROOM_VERSION, "status": status, "max_score": most, "tests": tests}
    return base64.b64encode(json.dumps(result).encode()).decode() + "\n"
