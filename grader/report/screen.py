"""The student's desk, as `grader watch` shows it: a verdict, its place among all exercises, and the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.report.terminal import WIDTH, Line, Span, Style, place_lines, scoreboard, verdict
from grader.results import ExerciseResult, SubmissionResult
from grader.text.numbers import points

_RICH = {"": "", "bold": "bold", "dim": "dim", "good": "green", "bad": "bold red", "warn": "yellow"}

LABEL = 10
"""The columns that a chapter's name takes."""

LEAST = 20
"""The columns that an exercise takes at least: in fewer, its name is no longer to be told from others."""


@dataclass(frozen=True)
class Desk:
    """All that a screen says; rich fits it to the terminal's size.

    `chapters` are the exercises' names by chapter, `results` the verdicts so far, out of `maximum` points. `file` and
    `hints` (all of them, of which the first `hint_count` were asked for) are the current exercise's. `waiting` says why
    it has no verdict yet, `state` when it got it. `where` says where its mistake is, if that was asked for, and
    `where_lines` are the lines that it names. `notices` are about the submission as a whole. With `everything` all
    exercises are shown instead of one.
    """

    chapters: Mapping[str, tuple[str, ...]]
    results: SubmissionResult
    maximum: float
    current: str
    file: str
    hints: tuple[str, ...]
    hint_count: int = 0
    waiting: str = ""
    state: str = ""
    notices: tuple[str, ...] = ()
    where: str = ""
    where_lines: tuple[tuple[int, str], ...] = ()
    everything: bool = False

    @property
    def result(self) -> ExerciseResult | None:
        """The current exercise's verdict, unless it is out of date."""
        return None if self.waiting else self.verdicts.get(self.current)

    @property
    def verdicts(self) -> dict[str, ExerciseResult]:
        """The verdicts so far, by exercise."""
        return {each.name: each for each in self.results.exercises}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all exercises, in order."""
        return tuple(name for names in self.chapters.values() for name in names)

    @property
    def title(self) -> str:
        """What is shown: a file, or the whole submission."""
        return f"handgrad   {self.results.submission if self.everything else self.file}"

    @property
    def passed(self) -> int:
        """How many exercises are right."""
        return sum(each.status == "passed" for each in self.results.exercises)

    def beside(self, steps: int) -> str:
        """The exercise so many steps on from the current one; after the last comes the first."""
        return self.names[(self.names.index(self.current) + steps) % len(self.names)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.height
        notices = _fit([(Span(each, "warn"),) for each in self.notices], console, width)
        top = [_header(self, width), *notices, Text(self.waiting if self.everything else "", "dim")]
        bottom = _fit([keys(self)], console, width)
        room = height - len(top) - len(bottom)
        lines = map(_text, all_lines(self, width, room)) if self.everything else _one(self, console, width, room)
        middle = [*lines]
        yield from (*top, *middle[:room], *[Text()] * (room - len(middle)), *bottom)


def total(desk: Desk) -> str:
    """How far the whole submission is."""
    earned = f"{points(desk.results.points, desk.maximum)}/{points(desk.maximum)} points"
    return f"{desk.passed} of {len(desk.names)} passed   {earned}"


def keys(desk: Desk) -> Line:
    """What each key does."""
    does = {
        "h": "hint",
        "w": "where",
        "n": f"next: {desk.beside(1)}",
        "p": "previous",
        "a": "all",
        "Enter": "again",
        "q": "quit",
    }
    if desk.everything:
        del does["w"]
        does |= {"a": "again", "Enter": "back"}
    return tuple(span for key, act in does.items() for span in (Span(key, "bold"), Span(f" {act}  ", "dim")))


def current_lines(desk: Desk, calls: bool = True) -> Iterator[Line]:
    """The current exercise's verdict, and what to do next; without `calls` it has facts and no calls before them."""
    if desk.result is None:
        yield (Span(desk.current, "bold"), Span(f"   {desk.waiting or 'not judged yet'}", "dim"))
        return
    findings = (each if calls or not each.fact else replace(each, call="") for each in desk.result.findings)
    yield from verdict(replace(desk.result, findings=tuple(findings)))
    if desk.passed == len(desk.names):
        yield (Span(f"  That was the last one: all {len(desk.names)} are right.", "good"),)
    elif desk.result.status == "passed":
        yield (Span(f"  Right. The next one is {desk.beside(1)}: n goes on.", "good"),)
    elif desk.result.status == "not-started":
        yield (Span(f"  Write it in {desk.file} and save; the verdict appears here.", "dim"),)


def hint_lines(desk: Desk, width: int = WIDTH) -> Iterator[Line]:
    """What was asked for beyond the verdict: the line of the mistake, and hints."""
    if desk.where and desk.result:
        yield from place_lines(desk.where, desk.where_lines, width)
    for number, hint in enumerate(desk.hints[: desk.hint_count], 1):
        first = f"  Hint {number} of {len(desk.hints)}: "
        yield from ((Span(each),) for each in textwrap.wrap(first + hint, min(width, WIDTH), subsequent_indent="  "))


def all_lines(desk: Desk, width: int, rows: int) -> list[Line]:
    """Every exercise, as on the scoreboard; in columns where that has more lines than `rows`."""
    *board, _, _ = scoreboard(desk.results)
    board_lines = dict(zip(desk.verdicts, board, strict=True))
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
        begin = min(desk.names.index(desk.current) // most * most, rest)
        cells = cells[begin : begin + most]
    high = -(-len(cells) // count)
    columns = [cells[start : start + high] for start in range(0, len(cells), high)]
    lines = [
        tuple(span for cell in row for span in _cell(cell, width // count))
        for row in zip_longest(*columns, fillvalue=())
    ]
    return [*lines, *[_more(rest, "")] * bool(rest)]


def _one(desk: Desk, console: Console, width: int, room: int) -> list[Text]:
    """The current exercise's verdict, and at the bottom the list: less of it where room is short."""
    lines, hints = _fit(_join(current_lines(desk)), console, width), [*map(_text, hint_lines(desk, width))]
    label = "" if desk.waiting or not desk.state else f"── {desk.state} "
    rule = _text((Span(label + "─" * (width - len(label)), "dim"),))
    chapter = next(title for title, names in desk.chapters.items() if desk.current in names)
    for titles in (tuple(desk.chapters), (chapter,), ()):
        below = [rule, *map(_text, _list(desk, width, titles))]
        left = room - len(hints) - len(below)
        if len(lines) <= left:
            break
    else:
        # The call takes most of the room, and says least.
        facts = _fit(_join(current_lines(desk, calls=False)), console, width)[: max(left - 1, 0)]
        lines = [*facts, _text(_more(len(lines) - len(facts)))]
    return [*lines, *hints, *[Text()] * (left - len(lines)), *below]


def _more(count: int, what: str = " lines") -> Line:
    """The line that stands for so many others."""
    return (Span(f"  … {count} more{what}, in a taller window", "dim"),)


def _header(desk: Desk, width: int) -> Text:
    right = total(desk)
    left = _text((Span(desk.title),))
    left.truncate(max(width - len(right) - 2, 0), overflow="ellipsis", pad=True)
    left.append(f"  {right}")
    left.stylize("bold")
    return left


def _list(desk: Desk, width: int, titles: Iterable[str]) -> Iterator[Line]:
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


def _items(desk: Desk) -> dict[str, Line]:
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


def _join(lines: Iterable[Line]) -> list[Line]:
    """Lines as they were before they were broken at `WIDTH`: where the next word would not have fitted."""
    whole: list[Line] = []
    length = 0
    for line in lines:
        text = line[0].text
        goes_on = length + 1 + len(text.split(maxsplit=1)[0]) > WIDTH if text.strip() else False
        if goes_on and len(line) == len(whole[-1]) == 1 and line[0].style == whole[-1][0].style:
            whole[-1] = (Span(f"{whole[-1][0].text} {text.lstrip()}", line[0].style),)
        else:
            whole.append(line)
        length = len(text)
    return whole


def _fit(lines: Iterable[Line], console: Console, width: int) -> list[Text]:
    """Lines broken between words where the terminal is narrower; a call hangs further in than a sentence."""
    parts: list[Text] = []
    width = min(width, WIDTH)
    for line in lines:
        text = _text(line)
        indent = len(text.plain) - len(text.plain.lstrip())
        first, *rest = text[indent:].wrap(console, max(width - indent, 20)) or [Text()]
        if rest and indent > 2:
            first, *rest = text[indent:].wrap(console, max(width - indent - 4, 20))
        for part in (first, *rest):
            part.pad_left(indent if part is first or indent <= 2 else indent + 4)
            parts.append(part)
    return parts


def _text(line: Line) -> Text:
    """A line for rich, which finds no markup in it."""
    return Text.assemble(*((span.text, _RICH[span.style]) for span in line), no_wrap=True, overflow="crop")


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
