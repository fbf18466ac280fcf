"""Results as HTML, for a notebook: everything that a student wrote is escaped."""

from __future__ import annotations

from html import escape

from grader.report.terminal import Span, failures, headline
from grader.results import ExerciseResult

_CSS = {
    "": "",
    "bold": "font-weight:bold",
    "dim": "opacity:.7",
    "good": "color:#1a7f37;font-weight:bold",
    "bad": "color:#b3261e;font-weight:bold",
    "warn": "color:#8a5a00",
}


def verdict_html(result: ExerciseResult) -> str:
    """The verdict on one exercise: the same lines as on a terminal, in colour."""
    lines = [headline(result)] if not result.findings else list(failures(result))
    return f'<pre style="line-height:1.4;white-space:pre-wrap">{chr(10).join(map(_line, lines))}</pre>'


def _line(line: tuple[Span, ...]) -> str:
    return "".join(f'<span style="{_CSS[span.style]}">{escape(span.text)}</span>' for span in line)
