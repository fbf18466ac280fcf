"""What each platform takes for a result, by its own documents: every function fails for what it would refuse."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


def gradescope(text: str) -> dict[str, Any]:
    """Gradescope's results.json; that of ours never lets a student's text be more than text."""
    results = json.loads(text)
    assert "\r" not in text
    assert set(results) <= {
        *("score", "tests", "execution_time", "output", "output_format", "test_output_format", "test_name_format"),
        *("visibility", "stdout_visibility", "extra_data", "leaderboard"),
    }
    assert results["visibility"] in VISIBILITIES
    assert results["stdout_visibility"] in VISIBILITIES
    assert {results[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    assert is_number(results["score"])
    for test in results["tests"]:
        assert set(test) <= {
            *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags"),
            *("visibility", "extra_data"),
        }
        assert 0 <= test["score"] <= test["max_score"]
        assert round(test["score"], 2) == test["score"], "unrounded figures are shown as they are"
        assert test["status"] == ("passed" if test["score"] == test["max_score"] else "failed")
        assert isinstance(test["name"], str)
        assert isinstance(test["output"], str)
        assert isinstance(test.get("number", ""), str)
        assert all(isinstance(each, str) for each in test.get("tags", ()))
    if results["tests"]:
        assert abs(results["score"] - sum(test["score"] for test in results["tests"])) < 1e-9
    return dict(results)


def prairielearn(text: str) -> dict[str, Any]:
    """PrairieLearn's results.json, of an external grader."""
    assert len(text.encode()) <= 1 << 20
    results = json.loads(text)
    assert set(results) <= {"score", "gradable", "succeeded", "format_errors", "message", "output", "images", "tests"}
    assert isinstance(results["gradable"], bool)
    if not results["gradable"]:
        errors = results["format_errors"]
        assert isinstance(errors, str) or (errors and all(isinstance(each, str) for each in errors))
        return dict(results)
    assert is_number(results["score"])
    assert 0 <= results["score"] <= 1
    assert isinstance(results["message"], str)
    for test in results["tests"]:
        assert set(test) <= {"name", "description", "points", "max_points", "message", "output", "images"}
        # On all of them, or none is shown.
        assert 0 <= test["points"] <= test["max_points"]
        assert is_number(test["points"])
    return dict(results)


ADDED = ("classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review", "datetime")


def classroom50(text: str, whole: bool = True) -> dict[str, Any]:
    """classroom50's result.json; if it isn't the `whole`, without what its autograder.py adds."""
    result = json.loads(text)
    assert set(result) == {"schema", "score", "max-score", "tests", *(ADDED if whole else ())}
    assert result["schema"] == "classroom50/result/v1"
    names = [test["test-name"] for test in result["tests"]]
    assert len(set(names)) == len(names)
    for each in (result, *result["tests"]):
        assert type(each["score"]) is type(each["max-score"]) is int, "fractions and truth values are refused"
        assert 0 <= each["score"] <= each["max-score"]
    for test in result["tests"]:
        assert isinstance(test["passed"], bool)
        assert test["passed"] or test["score"] < test["max-score"] or not test["max-score"]
        assert 0 < len(test["test-name"].encode()) <= 100
    assert result["score"] == sum(test["score"] for test in result["tests"])
    if whole:
        assert all(isinstance(result[key], str) for key in ADDED)
        assert result["assignment_type"] in ("individual", "group", "team")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
        assert result["submission"].startswith("submit/")
    return dict(result)


def github(text: str) -> list[dict[str, str]]:
    """The annotations that GitHub Actions reads from a step's output: level, file, line, title, message."""
    found = []
    for line in text.splitlines():
        command = re.fullmatch(r"::(error|warning|notice)(?: ([^:]*))?::(.*)", line)
        assert command, f"GitHub would print this line, and a student may have written it: {line}"
        properties = dict(each.split("=", 1) for each in (command[2] or "").split(",") if each)
        assert set(properties) <= {"file", "line", "title"}
        found.append({"level": command[1], **properties, "message": _decoded(command[3])})
    return found


def _decoded(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def github_classroom(text: str) -> dict[str, Any]:
    """The result that GitHub Classroom's reporter takes, of one step."""
    assert text.count("\n") == 1
    result = json.loads(base64.b64decode(text, validate=False))
    assert set(result) == {"version", "status", "max_score", "tests"}
    assert result["version"] == 3
    assert result["status"] in ("pass", "fail", "error")
    assert result["tests"]
    for test in result["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert isinstance(test["line_no"], int)
        assert is_number(test["score"])
    return dict(result)


def submitty(text: str) -> dict[str, Any]:
    """Submitty's validation_results.json."""
    result = json.loads(text)
    if result["status"] != "success":
        assert set(result) == {"status", "message"}
        return dict(result)
    data = result["data"]
    assert set(data) == {"score", "message", "status"}
    assert 0 <= data["score"] <= 1
    for each in ({"message": "", "status": data["status"]}, *data["message"]):
        assert set(each) == {"message", "status"}
        assert each["status"] in ("information", "failure", "warning", "success")
    return dict(result)


def is_number(value: object) -> bool:
    """Whether a JSON value is a number that JSON has."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def by_name(tests: list[Mapping[str, Any]], key: str = "name") -> dict[str, Mapping[str, Any]]:
    """The tests of a result by their names."""
    return {each[key]: each for each in tests}
