"""One browser for all tests of the page, and the pages of two submissions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from tests.course.browsing import browser
from tests.page.classroom import written_class
from tests.page.pages import written
from tests.submissions import mistaken, solution, stub

MISTAKES = {"two_layer": "outer-slope-missing", "relu": "mask-on-dout", "copy": "first-branch-only"}


# Not for the session: another module's browser could not be started beside it.
@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page.context


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the worked solutions."""
    folder = tmp_path_factory.mktemp("right")
    (folder / "exercises").mkdir()
    for exercise in catalog.every():
        (folder / "exercises" / exercise.file).write_bytes(solution(exercise))
    return written(folder)


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a submission with three mistakes, one stub and no more files than these."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "exercises").mkdir()
    for name, mistake in MISTAKES.items():
        exercise = catalog.get(name)
        (wrong,) = [each for each in exercise.bank if each.id == mistake]
        (folder / "exercises" / exercise.file).write_bytes(mistaken(exercise, wrong))
    sigmoid = catalog.get("sigmoid")
    (folder / "exercises" / sigmoid.file).write_bytes(stub(sigmoid))
    return written(folder)


@pytest.fixture(scope="session")
def class_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a class."""
    return written_class(tmp_path_factory.mktemp("class"))
