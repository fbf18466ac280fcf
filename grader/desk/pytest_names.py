"""The names behind `grader::`: of exercises, and of their checks."""

from __future__ import annotations

import re

import pytest

from grader import catalog
from grader.desk.pytest_paths import ITEMS
from grader.judging.checks import check_names


def node_ids(names: str) -> list[str]:
    """What pytest is to collect for `names`: nothing for all, "relu", "relu::dx random", or "relu::dx" for several.

    Raises UsageError if there is no such exercise or check, with the name that was perhaps meant.
    """
    name, _, check = names.partition("::")
    if not name:
        return [str(ITEMS)]
    try:
        exercise = catalog.get(name)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    if not check or check in exercise.to_write:
        return [f"{ITEMS}::{name}"]
    found = [each for each in check_names(exercise) if each == check or each.startswith(f"{check} ")]
    if not found:
        raise pytest.UsageError(f"{name} has no check {check!r}; it has {', '.join(check_names(exercise))}")
    return [f"{ITEMS}::{name}::{each}" for each in found]


def perhaps_meant(keyword: str) -> str:
    """The exercise that a keyword perhaps means which matches none: "relu" for "rellu", or ""."""
    words = (word for word in re.findall(r"\w+", keyword) if word not in ("and", "or", "not"))
    return next((each for each in map(catalog.similar, words) if each), "")
