"""The student's desk, as `grader watch` shows it: a verdict, its place among all exercises, and the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from grader.report.desk_list import all_lines, chapter_lines, more_line
from grader.report.terminal import WIDTH, Line, Span, legend, place_lines, verdict
from grader.report.wrapping import LEAST as MIN_COLUMNS
from grader.report.wrapping import broken, joined
from grader.results import ExerciseResult, SubmissionResult
from grader.text.language import say
from grader.text.numbers import points

_RICH = {"": "", "bold": "bold", "dim": "dim", "good": "green", "bad": "bold red", "warn": "yellow"}

LOW = 16
"""In fewer rows, there is one for the keys, and none for what marks mean."""


@dataclass(frozen=True)
class Desk:
    """All that a screen says; rich fits it to the terminal's size.

    `chapters` are the exercises' names by chapter, `results` the verdicts so far, out of `maximum` points. `file` and
    `hints` (all of them, of which the first `hint_count` were asked for) are the current exercise's. `waiting` says why
    it has no verdict yet, `state` when it got it. `where` says where its mistake is, if that was asked for, and
    `where_lines` are the lines that it names. `notices` are about the submission as a whole. With `everything` all
    exercises are shown instead of one. Of what has no room at once `page` is shown; after the last comes the first.
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
    page: int = 0

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
        is_low = height < LOW
        notices = _fit([(Span(each, "warn"),) for each in self.notices], width)
        waiting = [] if is_low else [Text(self.waiting if self.everything else "", "dim")]
        top = [_header(self, width), *notices, *waiting]
        bottom = [_text(keys(self, width))] if is_low else _fit([keys(self)], width)
        if self.everything and self.verdicts and not is_low:
            bottom.insert(0, _text(_legend(self)))
        room = height - len(top) - len(bottom)
        lines = map(_text, all_lines(self, width, room)) if self.everything else _one(self, width, room)
        middle = [*lines]
        yield from (*top, *middle[:room], *[Text()] * (room - len(middle)), *bottom)


def total(desk: Desk) -> str:
    """How far the whole submission is."""
    earned = f"{points(desk.results.points, desk.maximum)}/{points(desk.maximum)}"
    return say("{passed} of {count} passed   {earned} points", passed=desk.passed, count=len(desk.names), earned=earned)


def keys(desk: Desk, width: int = 0) -> Line:
    """What each key does; in so many columns, if there are any given, those that are needed most."""
    does = {
        "h": say("hint"),
        "w": say("where"),
        "n": say("next: {name}", name=desk.beside(1)),
        "p": say("previous"),
        "a": say("all"),
        "Enter": say("again"),
        "q": say("quit"),
    }
    if desk.everything:
        del does["w"]
        does |= {"a": say("again"), "Enter": say("back")}
    if width:
        does |= {"n": say("next")}
        while len(does) > 2 and sum(len(key) + len(act) + 3 for key, act in does.items()) > width:
            del does[next(key for key in ("p", "Enter", "a", "w", "n", "h", "q") if key in does)]
    return tuple(span for key, act in does.items() for span in (Span(key, "bold"), Span(f" {act}  ", "dim")))


def _legend(desk: Desk) -> Line:
    return (Span(legend(each.status for each in desk.results.exercises), "dim"),)


def current_lines(desk: Desk, calls: bool = True) -> Iterator[Line]:
    """The current exercise's verdict, and what to do next; without `calls` it has facts and no calls before them."""
    if desk.result is None:
        yield (Span(desk.current, "bold"), Span(f"   {desk.waiting or say('not judged yet')}", "dim"))
        return
    findings = (each if calls or not each.fact else replace(each, call="") for each in desk.result.findings)
    yield from verdict(replace(desk.result, findings=tuple(findings)))
    if desk.passed == len(desk.names):
        yield (Span(f"  {say('That was the last one: all {count} are right.', count=len(desk.names))}", "good"),)
    elif desk.result.status == "passed":
        yield (Span(f"  {say('Right. The next one is {name}: n goes on.', name=desk.beside(1))}", "good"),)
    elif desk.result.status == "not-started":
        yield (Span(f"  {say('Write it in {file} and save; the verdict appears here.', file=desk.file)}", "dim"),)


def hint_lines(desk: Desk, width: int = WIDTH) -> Iterator[Line]:
    """What was asked for beyond the verdict: the line of the mistake, and hints."""
    if desk.where and desk.result:
        yield from place_lines(desk.where, desk.where_lines, width)
    for number, hint in enumerate(desk.hints[: desk.hint_count], 1):
        first = f"  {say('Hint {number} of {count}:', number=number, count=len(desk.hints))} "
        yield from (
            (Span(each),) for each in textwrap.wrap(first + say(hint), min(width, WIDTH), subsequent_indent="  ")
        )


def _one(desk: Desk, width: int, room: int) -> list[Text]:
    """The current exercise's verdict, and at the bottom the list: less of it where room is short."""
    lines, hints = _fit(joined(current_lines(desk)), width), [*map(_text, hint_lines(desk, width))]
    label = "" if desk.waiting or not desk.state else f"── {desk.state} "
    rule = _text((Span(label + "─" * (width - len(label)), "dim"),))
    meanings = [_text(_legend(desk))] if desk.verdicts else []
    chapter = next(title for title, names in desk.chapters.items() if desk.current in names)
    every = tuple(desk.chapters)
    for titles, explained in ((every, meanings), (every, []), ((chapter,), []), ((), [])):
        below = [rule, *map(_text, chapter_lines(desk, width, titles)), *explained]
        left = room - len(hints) - len(below)
        if len(lines) <= left:
            return [*lines, *hints, *[Text()] * (left - len(lines)), *below]
    # What was asked for comes first. A call takes most of the room, and says least.
    facts = _fit(joined(current_lines(desk, calls=False)), width)
    shown = {each.plain for each in facts}
    calls = [each for each in lines if each.plain not in shown]
    return [*_page([*hints, *facts, *calls], desk.page, max(room - 1, 1)), rule]


def _page(lines: list[Text], page: int, rows: int) -> list[Text]:
    """A page of lines, the last row of which says how many come after it, or that it is the last."""
    if len(lines) <= rows:
        return [*lines, *[Text()] * (rows - len(lines))]
    most = max(rows - 1, 1)
    begin = page % -(-len(lines) // most) * most
    found = lines[begin : begin + most]
    after = len(lines) - begin - len(found)
    last = more_line(after, say("lines")) if after else (Span(f"  {say('the end; from the top: press space')}", "dim"),)
    return [*found, *[Text()] * (most - len(found)), _text(last)]


def _header(desk: Desk, width: int) -> Text:
    right = total(desk)
    left = _text((Span(desk.title),))
    left.truncate(max(width - len(right) - 2, 0), overflow="ellipsis", pad=True)
    left.append(f"  {right}")
    left.stylize("bold")
    return left


def _fit(lines: Iterable[Line], width: int) -> list[Text]:
    """Lines broken between words where the terminal is narrower."""
    return [_text(part) for line in lines for part in broken(line, max(min(width, WIDTH), MIN_COLUMNS))]


def _text(line: Line) -> Text:
    """A line for rich, which finds no markup in it."""
    return Text.assemble(*((span.text, _RICH[span.style]) for span in line), no_wrap=True, overflow="crop")
