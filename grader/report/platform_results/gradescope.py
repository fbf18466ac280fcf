"""Gradescope's results.json: a test an exercise, in plain text."""

from __future__ import annotations

import json
from typing import Any

from grader.report.platform_results.wording_for_all import (
    UNJUDGED,
    Record,
    about,
    explanation,
    is_right,
    number,
    share,
    total,
)

_AS_TEXT = {
    # A student's code can write what is shown, and there no HTML or ANSI sequence means anything.
    "output_format": "text",
    "test_output_format": "text",
    "test_name_format": "text",
    "visibility": "visible",
    "stdout_visibility": "hidden",
}


def gradescope(record: Record) -> str:
    """The results; the exercises' points are all that there are, and nothing is hidden."""
    earned, most = total(record)
    said = [*about(record), "Every point shows in the tests below; none is hidden."]
    tests = [_test(each) for each in record["exercises"]]
    results = {"score": earned, "output": "\n".join(said), **_AS_TEXT, "tests": tests}
    return json.dumps({**results, "extra_data": {"max_points": most}}, indent=2) + "\n"


def _test(exercise: Record) -> dict[str, Any]:
    made = {
        "name": exercise["name"],
        "score": share(exercise["points"], exercise["max_points"]),
        "max_score": exercise["max_points"],
        "status": "passed" if is_right(exercise) else "failed",
        "output": explanation(exercise) or "right",
    }
    if number(exercise):
        made["number"] = number(exercise)
    if exercise["diagnosis"]:
        made["tags"] = [exercise["diagnosis"]["id"]]
    return made


def unjudged_gradescope(why: str) -> str:
    """No points and no tests, and why."""
    return json.dumps({"score": 0, "output": f"{why}\n{UNJUDGED}", **_AS_TEXT, "tests": []}, indent=2) + "\n"
