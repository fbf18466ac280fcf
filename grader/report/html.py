"""Results as HTML, for a notebook: everything that a student wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from grader.report.terminal import Line, verdict
from grader.results import ExerciseResult

# A notebook doesn't say whether it is white or black, and no colour has a contrast of 4.5 with both: these come near
# it, and the advice, which is read most closely, has the text's own colour.
_CSS = {
    "": "",
    "bold": "font-weight:bold",
    "dim": "opacity:.7",
    "good": "color:#1f8a3b;font-weight:bold",
    "bad": "color:#d4453c;font-weight:bold",
    "warn": "",
}


def verdict_html(result: ExerciseResult) -> str:
    """The verdict on a notebook's functions: the same lines as on a terminal, in colour."""
    return lines_html(verdict(result, of_a_file=False))


def lines_html(lines: Iterable[Line]) -> str:
    """Lines of styled text, in colour."""
    text = "\n".join(map(_line, lines))
    return f'<pre style="line-height:1.4;white-space:pre-wrap">{text}</pre>'


def _line(line: Line) -> str:
    return "".join(f'<span style="{_CSS[span.style]}">{escape(span.text)}</span>' for span in line)
