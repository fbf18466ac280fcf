"""What a test says that proves nothing here: why; and where CI is set, that it must.

A plain `pytest.skip` or `skipif` is for what doesn't apply: on another system, or to another exercise.
"""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import pytest

_UNPROVED = "not proved: "

_ATTACKS = "tests/attacks/"


def not_proved(why: str) -> NoReturn:
    """Skips a test, or a module's tests, and has the end of the run say so."""
    pytest.skip(f"{_UNPROVED}{why}", allow_module_level=True)


def cannot_run(why: str) -> NoReturn:
    """The same; but where CI is set, it is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"this can't be proved, and has to be where CI is set: {why}", pytrace=False)
    not_proved(why)


def needs(module: str) -> Any:
    """A module that may not be installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        cannot_run(f"{module} is not installed: pip install -e '.[dev,course]'")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was not proved, and why; of attacks whatever was skipped."""
    if lines := list(_unproved(terminalreporter.stats.get("skipped", ()))):
        terminalreporter.section("not proved")
        for line in lines:
            terminalreporter.write_line(line)


def _unproved(skipped: Iterable[Any]) -> Iterator[str]:
    reasons: Counter[tuple[str, str]] = Counter()
    for report in skipped:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        file = report.nodeid.partition("::")[0]
        if reason.startswith(_UNPROVED) or file.startswith(_ATTACKS):
            reasons[file, reason.removeprefix(_UNPROVED)] += 1
    for (file, reason), count in sorted(reasons.items()):
        yield f"{file}, {count} skipped: {reason}"
