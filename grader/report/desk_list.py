"""All exercises in little room, as `grader watch` shows them: by chapters, or in columns with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Protocol

from grader.report.terminal import Line, Span, Style, scoreboard
from grader.results import ExerciseResult, SubmissionResult
from grader.text.language import say
from grader.text.numbers import points

LABEL = 10
"""The columns that a chapter's name takes."""

LEAST = 20
"""The columns that an exercise takes at least: in fewer, its name is no longer to be told from others."""


class Listing(Protocol):
    """What is listed: exercises by chapter, their verdicts, the current one, and the page that is looked at."""

    @property
    def chapters(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def results(self) -> SubmissionResult: ...
    @property
    def verdicts(self) -> Mapping[str, ExerciseResult]: ...
    @property
    def current(self) -> str: ...
    @property
    def page(self) -> int: ...


def all_lines(desk: Listing, width: int, rows: int) -> list[Line]:
    """Every exercise, as on the scoreboard; in columns where that has more lines than `rows`."""
    board_lines = dict(zip(desk.verdicts, scoreboard(desk.results), strict=False))
    if len(desk.names) <= rows:
        return [board_lines.get(name, (Span(f"  {name}"),)) for name in desk.names]
    # What is said of an exercise is the last on its line.
    cells = [
        (*item, Span(" "), board_lines[name][-1]) if name in board_lines and desk.verdicts[name].findings else item
        for name, item in _items(desk).items()
    ]
    count = min(-(-len(cells) // max(rows, 1)), max(width // LEAST, 1))
    rest = 0
    if len(cells) > count * rows:
        most = count * max(rows - 1, 1)
        rest = len(cells) - most
        # The current exercise is among those that are shown.
        current = min(desk.names.index(desk.current) // most * most, rest)
        begin = min((current // most + desk.page) % -(-len(cells) // most) * most, rest) if desk.page else current
        cells = cells[begin : begin + most]
    high = -(-len(cells) // count)
    columns = [cells[start : start + high] for start in range(0, len(cells), high)]
    lines = [
        tuple(span for cell in row for span in _cell(cell, width // count))
        for row in zip_longest(*columns, fillvalue=())
    ]
    return [*lines, *[more_line(rest)] * bool(rest)]


def chapter_lines(desk: Listing, width: int, titles: Iterable[str]) -> Iterator[Line]:
    """The exercises of these chapters, the current one in brackets."""
    items = _items(desk)
    for title in titles:
        line: Line = (Span(f"{title:<{LABEL}}", "dim"),)
        for name in desk.chapters[title]:
            if len(line) > 1 and _width(line) + _width(items[name]) > width:
                yield line
                line = (Span(" " * LABEL),)
            line = (*line, *items[name])
        yield line


def _items(desk: Listing) -> dict[str, Line]:
    """Each exercise in short: its mark, as on the scoreboard, its name, and its points where something is wrong."""
    verdicts = desk.verdicts
    marks = dict(zip(verdicts, (line[0] for line in scoreboard(desk.results)), strict=False))
    items: dict[str, Line] = {}
    for name in desk.names:
        mark, result = marks.get(name, Span("  ")), verdicts.get(name)
        earned = ""
        if result and result.findings:
            earned = f" {points(result.points, result.max_points)}/{points(result.max_points)}"
        begin, end = "[]" if name == desk.current else "  "
        style: Style = "bold" if name == desk.current else "dim" if mark.style == "dim" else ""
        items[name] = (Span(begin, "bold"), mark, Span(f"{name}{earned}", style), Span(end, "bold"))
    return items


def more_line(count: int, what: str = "") -> Line:
    """The line that stands for so many others, and says which key brings them."""
    said = (
        say("… {count} more {what}: press space", count=count, what=what)
        if what
        else say("… {count} more: press space", count=count)
    )
    return (Span(f"  {said}", "dim"),)


def _cell(line: Line, width: int) -> Line:
    """A line of exactly so many columns."""
    spans: list[Span] = []
    left = width - 1
    for span in line:
        text = span.text if len(span.text) <= left else f"{span.text[: left - 1]}…" if left > 0 else ""
        spans.append(Span(text, span.style))
        left -= len(text)
    return (*spans, Span(" " * (left + 1)))


def _width(line: Line) -> int:
    return sum(len(span.text) for span in line)
