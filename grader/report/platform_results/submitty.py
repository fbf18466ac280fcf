"""Submitty's validation_results.json, of a testcase: one exercise, or several together."""

from __future__ import annotations

import json
from collections.abc import Iterator

from grader.report.platform_results.wording_for_all import UNJUDGED, Record, about, explanation, is_right, total


def submitty(record: Record) -> str:
    """The share of the testcase's points; its status "success" outside says that the grader ran through."""
    passed = all(map(is_right, record["exercises"]))
    data = {
        "score": _score(record, passed),
        "message": [*_messages(record)],
        "status": "success" if passed else "failure",
    }
    return json.dumps({"status": "success", "data": data}, indent=2) + "\n"


def _score(record: Record, passed: bool) -> float:
    earned, most = total(record)
    return 1.0 if passed else min(round(earned / most, 4), 0.9999) if most else 0.0


def _messages(record: Record) -> Iterator[dict[str, str]]:
    for each in record["exercises"]:
        if not is_right(each):
            yield {"message": f"{each['name']}: {explanation(each)}", "status": "failure"}
    yield from ({"message": said, "status": "information"} for said in about(record))


def unjudged_submitty(why: str) -> str:
    """What stands in the instructors' log."""
    return json.dumps({"status": "failure", "message": f"{why} {UNJUDGED}"}, indent=2) + "\n"
