"""Results as lines of styled text, for a terminal; without the styles they read as well."""

from __future__ import annotations

import shlex
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.results import ExerciseResult, Finding, Status, SubmissionResult
from grader.text import quote
from grader.text.language import later, say
from grader.text.numbers import points

Style: TypeAlias = Literal["", "bold", "dim", "good", "bad", "warn"]

NEXT = later("Next: ")
"""How the line begins that says what to do next."""

BAR_CELLS = 12
WIDTH = 88

LEAST_WITH_BARS = 72
"""In fewer columns, bars would leave no room for what is wrong."""

MOST_PRINTED = 40
"""Lines shown of what one case printed."""

OWN = "exercises"
"""The submission that is judged unless another is named: the student's own."""


@dataclass(frozen=True)
class Span:
    """A piece of a line, in one style."""

    text: str
    style: Style = ""


Line: TypeAlias = tuple[Span, ...]


def plain(lines: Iterable[Line]) -> str:
    """Lines without their styles."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def verdict(result: ExerciseResult, of_a_file: bool = True) -> Iterator[Line]:
    """The whole verdict on one exercise, `of_a_file` that a command brings back or of functions in a notebook."""
    if not result.findings:
        said = say("not started") if result.status == "not-started" else say("agrees with PyTorch")
        earned = f"   {points(result.points, result.max_points)}/{points(result.max_points)}   "
        yield (Span(result.name, "bold"), Span(earned), Span(said, _STYLES[result.status]))
    yield from failures(result, of_a_file)


def is_told(result: ExerciseResult) -> bool:
    """Whether there is more to say of an exercise than its line of the scoreboard does."""
    return bool(result.findings or result.notes) and result.status != "missing"


def failures(result: ExerciseResult, of_a_file: bool = True) -> Iterator[Line]:
    """Everything that an exercise's findings say: fact first, then advice."""
    for place, finding in enumerate(result.findings):
        earned = f"   {points(result.points, result.max_points)}/{points(result.max_points)}   "
        begin = (Span(say("and "), "dim"),) if place else (Span(result.name, "bold"), Span(earned))
        yield (*begin, Span(finding.headline, "bad"))
        told = bool(place) and finding.call == result.findings[place - 1].call
        for line in () if told else finding.call.split("\n"):
            yield from _wrap(line, "    ", hanging="    ")
        yield from _body(finding, advice(result.name, finding, of_a_file))
    for note in result.notes:
        yield (Span(f"  {say('Note: {note}.', note=note)}", "dim"),)
    if result.status != "passed":
        yield (Span(f"  {say(result.source)} · grader hint {result.name}", "dim"),)


def printed_lines(name: str, printed: Mapping[int, str]) -> Iterator[Line]:
    """What an exercise's functions printed, each case's under its number."""
    for number, text in printed.items():
        yield (Span(say("{name} printed in case {number}:", name=name, number=number), "dim"),)
        for each in quote.lines(text, most=MOST_PRINTED):
            yield (Span(f"    {say('your code')} | ", "dim"), Span(each))


def place_lines(sentence: str, lines: Iterable[tuple[int, str]], width: int = WIDTH) -> Iterator[Line]:
    """Where a mistake is: a sentence, and the lines that it names, by number, as they are written."""
    for part in textwrap.wrap(sentence, min(width, WIDTH), initial_indent="  ", subsequent_indent="  "):
        yield (Span(part),)
    for number, text in lines:
        yield (Span(f"    {number} | ", "dim"), Span(text))


def advice(name: str, finding: Finding, of_a_file: bool = True) -> str:
    """A finding's advice, and how what was altered in the exercise of that name is put back: in a file by a command."""
    back = (
        say("`grader reset {name}` brings the given forward back.", name=name)
        if of_a_file
        else say("Put the given forward back.")
    )
    return " ".join([*filter(None, [finding.advice]), *[back] * bool(finding.altered)])


def _body(finding: Finding, advice: str) -> Iterator[Line]:
    agreement = (Span(f"    ({finding.agreement})", "dim"),) if finding.agreement else ()
    if finding.fact and finding.fact != finding.headline:
        yield (Span(f"    {finding.fact}", "bold"), *agreement)
    elif agreement:
        yield agreement
    for theirs in finding.theirs:
        yield (Span(f"    {say('your code')} | ", "dim"), Span(theirs))
    if finding.diagnosis:
        yield from _wrap(f"{finding.diagnosis.claim} {finding.diagnosis.hint}", "  ", "warn")
    yield from _wrap(advice, "  ", "warn")


def _wrap(text: str, indent: str, style: Style = "", hanging: str = "") -> Iterator[Line]:
    """A text in lines of at most `WIDTH`, broken between words; a no-break space holds them together."""
    line = ""
    if not text:
        return
    for word in text.split(" "):
        if line and len(indent) + len(line) + 1 + len(word) > WIDTH:
            yield (Span(f"{indent}{line}".replace("\u00a0", " "), style),)
            line = f"{hanging}{word}"
        else:
            line = f"{line} {word}" if line else word
    yield (Span(f"{indent}{line}".replace("\u00a0", " "), style),)


def scoreboard(result: SubmissionResult, columns: int = WIDTH, is_all: bool = True) -> Iterator[Line]:
    """A line an exercise, the total, what the marks mean, and what to do next; in few `columns` without the bars.

    `is_all` unless something else was selected, too, or isn't through.
    """
    width = max((len(each.name) for each in result.exercises), default=0)
    for each in result.exercises:
        yield (
            Span(f"{_MARKS[each.status]} ", _STYLES[each.status]),
            Span(f"{each.name:<{width}}"),
            *_earned(each.points, each.max_points, columns),
            Span(scoreboard_text(each), "dim" if each.status == "not-started" else _STYLES[each.status]),
        )
    yield (
        Span(f"  {say('total'):<{width}}", "bold"),
        *_earned(result.points, result.max_points, columns, "bold"),
    )
    if any(each.status != "passed" for each in result.exercises):
        yield (Span(f"  {legend(each.status for each in result.exercises)}", "dim"),)
    yield (Span(next_step(result, is_all)),)


def legend(statuses: Iterable[Status]) -> str:
    """What the marks of these statuses mean, each mark once."""
    meanings = {_MARKS[status]: _MEANINGS[_MARKS[status]] for status in sorted(statuses, key=list(_MARKS).index)}
    return ", ".join(f"{mark} {say(meaning)}" for mark, meaning in meanings.items())


_MEANINGS = {
    "+": later("right"),
    "x": later("not right"),
    "-": later("not started"),
    "!": later("an error, or too slow"),
    "?": later("no file"),
}
_MARKS = {"passed": "+", "failed": "x", "not-started": "-", "error": "!", "timeout": "!", "missing": "?"}
_STYLES: defaultdict[str, Style] = defaultdict(lambda: "bad", {"passed": "good", "not-started": "dim"})


def scoreboard_text(result: ExerciseResult) -> str:
    """What the scoreboard says of an exercise, in a few words; "" for one that is right."""
    if result.status == "passed":
        return ""
    if result.status == "not-started":
        return say("not started")
    if not result.findings:
        return say(result.status)
    more = len(result.findings) - 1
    headline = result.findings[0].headline
    return say("{headline} (and {more} more)", headline=headline, more=more) if more else headline


def _earned(earned: float, total: float, columns: int, style: Style = "") -> Iterator[Span]:
    """Points, with a bar before them where there is room for it."""
    shown, most = points(earned, total), points(total)
    if columns < LEAST_WITH_BARS:
        yield Span(f" {shown}/{most} ", style)
        return
    full = int(BAR_CELLS * earned / total) if total else 0
    yield from (Span("  "), Span("█" * full, "good"), Span("░" * (BAR_CELLS - full), "dim"))
    yield Span(f"  {shown:>5}/{most:<5}{' ' * (not style)}", style)


def next_step(result: SubmissionResult, is_all: bool = True) -> str:
    """What to do next: to the first exercise that isn't right, what it needs; `is_all` as in `scoreboard`."""
    each = next((each for each in result.exercises if each.status != "passed"), None)
    if each is None:
        return (
            say("Everything that was selected is right.") if is_all else say("Every exercise that was judged is right.")
        )
    elsewhere = "" if result.submission == OWN else f" {shlex.quote(f'--submission={result.submission}')}"
    if each.status == "missing":
        if elsewhere:
            return say(NEXT) + say("bring {file} back", file=each.file)
        return say(NEXT) + say("bring {file} back with grader reset {name}", file=each.file, name=each.name)
    run = f"pytest {each.file}" if result.submission == "." else f"pytest grader::{each.name}{elsewhere}"
    if each.status == "not-started":
        return say(NEXT) + say("write {file}, then {run}", file=each.file, run=run)
    return say(NEXT) + say("mend {file}, then {run}", file=each.file, run=run)
