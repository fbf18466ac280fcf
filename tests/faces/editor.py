"""A plug-in of pytest that sees a run as an editor does: `python -m pytest -p tests.faces.editor`.

Like VS Code's adapter it makes a tree of what is collected, from each item's path, its location, and the classes around
it; an id is the path and what follows the first `::` of the item's own. Of a run it notes the outcome and message of
each id that it was asked for. All that becomes a file of JSON, which the environment names.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest

FILE = "HANDGRAD_EDITOR"
"""The variable that names the file."""


class Node(TypedDict):
    """A class or a leaf of the tree."""

    name: str
    id: str
    path: str
    line: int
    inside: list[str]


class Seen(TypedDict):
    """All that an editor gets to know."""

    classes: dict[str, Node]
    leaves: dict[str, Node]
    outcomes: dict[str, tuple[str, str]]
    errors: list[str]


seen: Seen = {"classes": {}, "leaves": {}, "outcomes": {}, "errors": []}
paths: dict[str, Path] = {}


def absolute(nodeid: str, path: Path) -> str:
    """An id that leads back to the node from any folder."""
    return "::".join([str(path), *nodeid.split("::")[1:]])


def pytest_collection_finish(session: pytest.Session) -> None:
    for item in session.items:
        inside = [absolute(each.nodeid, each.path) for each in _classes(item)]
        line = (item.location[1] or 0) + 1
        leaf = absolute(item.nodeid, item.path)
        seen["leaves"][leaf] = Node(name=item.name, id=leaf, path=str(item.path), line=line, inside=inside)


def _classes(item: pytest.Item) -> Iterator[pytest.Class]:
    """The classes around an item, which enter the tree; above them stands the file."""
    node = item.parent
    while isinstance(node, pytest.Class):
        try:
            line = inspect.getsourcelines(node.obj)[1]
        except (OSError, TypeError):
            line = 0
        here = absolute(node.nodeid, node.path)
        inside = [str(node.parent.path)] if isinstance(node.parent, pytest.File) else []
        seen["classes"][here] = Node(name=node.name, id=here, path=str(node.path), line=line, inside=inside)
        yield node
        node = node.parent


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    paths[item.nodeid] = item.path
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_report_teststatus(report: pytest.TestReport) -> Iterator[None]:
    if report.when == "call" or (report.when == "setup" and report.skipped):
        message = report.longreprtext if report.failed else ""
        seen["outcomes"][absolute(report.nodeid, paths[report.nodeid])] = (report.outcome, message)
    return (yield)


def pytest_exception_interact(report: pytest.TestReport | pytest.CollectReport) -> None:
    seen["errors"].append(report.longreprtext)


def pytest_internalerror(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    seen["errors"].append(excinfo.exconly())


def pytest_unconfigure() -> None:
    Path(os.environ[FILE]).write_text(json.dumps(seen), encoding="utf-8")
