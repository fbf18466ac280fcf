"""PrairieLearn's results.json of its external graders."""

from __future__ import annotations

import json

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

MOST_SHORT_OF_ALL = 0.99


def prairielearn(record: Record) -> str:
    """The results; where nothing is written yet they cost no attempt."""
    exercises = record["exercises"]
    if not any(map(is_begun, exercises)):
        return _ungradable([*(f"{each['name']}: {explanation(each)}" for each in exercises), *about(record)])
    tests = [
        {
            "name": each["name"],
            "points": share(each["points"], each["max_points"]),
            "max_points": each["max_points"],
            "message": explanation(each),
        }
        for each in exercises
    ]
    message = "\n".join(about(record))
    return json.dumps({"gradable": True, "score": _score(record), "message": message, "tests": tests}, indent=2) + "\n"


def _score(record: Record) -> float:
    """Exactly 1 if all is right: there are courses in which anything less is nothing."""
    if all(map(is_right, record["exercises"])):
        return 1.0
    earned, most = total(record)
    return min(round(earned / most, 4), MOST_SHORT_OF_ALL) if most else 0.0


def unjudged_prairielearn(why: str) -> str:
    """No attempt is lost by it."""
    return _ungradable([why, UNJUDGED])


def _ungradable(why: list[str]) -> str:
    return json.dumps({"gradable": False, "format_errors": why}, indent=2) + "\n"
