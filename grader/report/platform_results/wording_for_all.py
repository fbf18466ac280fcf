"""What every platform is told of a submission's results, taken from their JSON: in plain text, and in few digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader.text import quote
from grader.text.numbers import points

Record: TypeAlias = Mapping[str, Any]
"""The JSON of a submission's results, or of an exercise's in it; "remarks" may hold sentences about the whole run,
"details" the whole verdict on an exercise in words, and "is_begun" is false where nothing is in its file.
"""

MOST_LINES = 30
COLUMNS = 300
"""Lines said of an exercise, and characters of each."""

UNJUDGED = "This says nothing about the work that was handed in. Please tell your instructor."


@dataclass(frozen=True)
class PlatformFormat:
    """A platform's form of results, and of the sentence why there are none, which its students see."""

    result: Callable[[Record], str]
    unjudged: Callable[[str], str]


def share(earned: float, most: float) -> float:
    """Points in two digits, never rounded up to all of them; all are exactly as many as there are."""
    return most if earned >= most else float(points(earned, most))


def total(record: Record) -> tuple[float, float]:
    """The points of all exercises as they are shown, and those that there are."""
    shown = sum(share(each["points"], each["max_points"]) for each in record["exercises"])
    return round(shown, 2), round(sum(each["max_points"] for each in record["exercises"]), 2)


def is_right(exercise: Record) -> bool:
    """Whether nothing is left to mend."""
    return bool(exercise["status"] == "passed")


def is_begun(exercise: Record) -> bool:
    """Whether the student has written anything."""
    return exercise["status"] not in ("not-started", "missing") and bool(exercise.get("is_begun", True))


def number(exercise: Record) -> str:
    """The exercise's number, as its file's name has it, or ""."""
    found = re.search(r"ex(\d+)_\w+\.py$", exercise["file"])
    return found[1] if found else ""


def about(record: Record) -> list[str]:
    """What there is to know of the whole run: how the code was held, first."""
    return [*(record.get("remarks") or [f"Isolation: {record['isolation']}."])]


def explanation(exercise: Record) -> str:
    """Why an exercise isn't right: the verdict, or each failed check with its fact, the mistake and a hint.

    It is "" if all is right.
    """
    lines = list(dict.fromkeys(_lines(exercise)))
    cut = lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "…"]
    return "\n".join(quote.line(each, COLUMNS) for each in cut)


def _lines(exercise: Record) -> Iterator[str]:
    if is_right(exercise):
        return
    failed = [each for each in exercise["checks"] if each["status"] == "failed"]
    diagnosis = exercise["diagnosis"] or {"claim": "", "hint": ""}
    claim = diagnosis["claim"]
    if exercise.get("details") and is_begun(exercise):
        yield from exercise["details"].split("\n")
        return
    if exercise["status"] == "not-started":
        yield "not started"
    elif exercise["status"] != "failed":
        # There it is one for all checks.
        yield from (each["message"] for each in failed)
    else:
        for each in failed:
            yield f"{each['name']}: {each['message'].removesuffix(claim).rstrip()}"
    yield from (each for each in (claim, diagnosis["hint"]) if each)
