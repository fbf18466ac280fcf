"""classroom50's result.json, as far as the grader knows it: its autograder.py adds whose submission it is."""

from __future__ import annotations

import json
from math import floor
from typing import Any

from grader.report.platform_results.wording_for_all import UNJUDGED, Record, about, explanation, is_right

SCHEMA = "classroom50/result/v1"

PARTS = 100
"""Where an exercise's points aren't whole, it is counted in so many parts of one: only whole numbers are taken."""


def classroom50(record: Record) -> str:
    """The results in whole numbers; what isn't right is never rounded up."""
    exercises = record["exercises"]
    scale = 1 if all(each["max_points"] == int(each["max_points"]) for each in exercises) else PARTS
    tests = [_test(each, scale) for each in exercises]
    return _result(tests, " ".join(about(record)))


def _test(exercise: Record, scale: int) -> dict[str, Any]:
    most = round(exercise["max_points"] * scale)
    passed = is_right(exercise)
    # A point that isn't earned wholly isn't earned.
    earned = most if passed else min(floor(exercise["points"] * scale + 1e-6), max(most - 1, 0))
    return {
        "test-name": exercise["name"],
        "passed": passed,
        "score": earned,
        "max-score": most,
        "message": explanation(exercise),
    }


def unjudged_classroom50(why: str) -> str:
    """A result of 0 of 0."""
    return _result([], f"{why} {UNJUDGED}")


def _result(tests: list[dict[str, Any]], message: str) -> str:
    if not tests:
        tests = [{"test-name": "grading", "passed": False, "score": 0, "max-score": 0, "message": message}]
    else:
        tests = [*tests, {"test-name": "about", "passed": True, "score": 0, "max-score": 0, "message": message}]
    score, most = (sum(each[key] for each in tests) for key in ("score", "max-score"))
    return json.dumps({"schema": SCHEMA, "score": score, "max-score": most, "tests": tests}, indent=2) + "\n"
