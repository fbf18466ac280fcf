"""A class's summary as one HTML page that needs nothing else: no script, no network, and no trust in what it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.report.class_report.class_summary import ClassSummary
from grader.report.class_report.class_text import NAME_IT, percent, tenth
from grader.text.numbers import points

STATUSES: Mapping[str, str] = {
    "passed": "passed",
    "failed": "begun, not right yet",
    "not-started": "not started",
    "missing": "missing",
    "error": "error",
    "timeout": "timed out",
}
"""How an exercise can stand, in the order in which a bar shows it, and what it is called."""


def class_page(summary: ClassSummary) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(percent=percent, points=points, tenth=tenth)
    return environment.get_template("class_page.html").render(summary=summary, statuses=STATUSES, name_it=NAME_IT)
