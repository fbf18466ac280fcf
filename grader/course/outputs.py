"""What a judged cell shows: outputs as nbformat has them.

nbgrader gives 0 points to a test cell with an `error` output or anything on stderr, and all points to one whose
`execute_result` is no number: so neither stands here, and a test cell always has its points as a plain float.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from grader.course.parts import parts
from grader.report.html import lines_html
from grader.report.terminal import Line, Span, plain, verdict
from grader.results import ExerciseResult, Finding
from grader.text import quote
from grader.text.numbers import points

Output: TypeAlias = Any

MAX_LINES = 100
"""Lines that are kept of what a cell printed."""

MOST_LINES = MAX_LINES + 50
"""More lines than an output of ours ever has."""

BESIDE = "This test ran beside the submission's code, which could have changed its outcome: less trustworthy."


def of_cell(printed: str, fault: Finding | None, note: str) -> list[Output]:
    """For a cell of the student's: what it printed, and what it raised."""
    failed = [fault.headline, *fault.theirs] if fault else []
    lines = [*([f"Note: {note}"] if note else []), *quote.lines(printed, MAX_LINES), *failed]
    text = "\n".join(lines) + "\n"
    return [parts({"output_type": "stream", "name": "stdout", "text": text})] if lines else []


def of_check(result: ExerciseResult, note: str, drawing: str = "") -> list[Output]:
    """For a test cell that was judged: the verdict, below it `drawing` in HTML, and the points, in the cell's scale."""
    return [
        _display([*_note(note), *verdict(result, of_a_file=False)], drawing),
        _points(result.points, result.max_points),
    ]


def of_plain_test(printed: str, fault: Finding | None, earned: tuple[float, float], note: str) -> list[Output]:
    """For another test cell: how it ended, what was printed meanwhile, and the points, earned of all."""
    headline = fault.headline.replace("this cell", "this test", 1) if fault else "this test ran to its end"
    theirs = [*(fault.theirs if fault else ()), *quote.lines(printed, MAX_LINES)]
    lines: list[Line] = [
        *_note(note),
        (Span(f"{points(*earned)}/{points(earned[1])}   "), Span(headline, "bad" if fault else "good")),
        *((Span("    printed | ", "dim"), Span(each)) for each in theirs),
        (Span(f"  {BESIDE}", "dim"),),
    ]
    return [_display(lines), _points(*earned)]


def _note(note: str) -> Iterator[Line]:
    if note:
        yield (Span(f"Note: {note}", "warn"),)


def _display(lines: Sequence[Line], drawing: str = "") -> Output:
    data = {"text/plain": plain(lines), "text/html": lines_html(lines) + drawing}
    return parts({"output_type": "display_data", "metadata": {}, "data": data})


def _points(earned: float, most: float) -> Output:
    # nbgrader reads the text; a page shows the HTML, where the number is rounded as in nbgrader's heading.
    data = {"text/plain": repr(float(earned)), "text/html": f"<pre>{points(earned, most)}</pre>"}
    return parts({"output_type": "execute_result", "metadata": {}, "data": data, "execution_count": None})
