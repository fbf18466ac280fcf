"""Results as lines of styled text, for a terminal; without the styles they read as well."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.results import ExerciseResult, Finding, SubmissionResult
from grader.text.numbers import points

Style: TypeAlias = Literal["", "bold", "dim", "good", "bad", "warn"]

BAR_CELLS = 12
WIDTH = 88

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


def headline(result: ExerciseResult) -> Line:
    """An exercise and its points in a line, for one without findings."""
    said = "not started" if result.status == "not-started" else "agrees with PyTorch"
    return (
        Span(result.name, "bold"),
        Span(f"   {points(result.points)}/{points(result.max_points)}   "),
        Span(said, _STYLES[result.status]),
    )


def verdict(result: ExerciseResult) -> Iterator[Line]:
    """The whole verdict on one exercise."""
    if not result.findings:
        yield headline(result)
    yield from failures(result)


def is_told(result: ExerciseResult) -> bool:
    """Whether there is more to say of an exercise than its line of the scoreboard does."""
    return bool(result.findings or result.notes) and result.status != "missing"


def failures(result: ExerciseResult) -> Iterator[Line]:
    """Everything that an exercise's findings say: fact first, then advice."""
    for place, finding in enumerate(result.findings):
        earned = f"   {points(result.points)}/{points(result.max_points)}   "
        begin = (Span("and ", "dim"),) if place else (Span(result.name, "bold"), Span(earned))
        yield (*begin, Span(finding.headline, "bad"))
        told = bool(place) and finding.call == result.findings[place - 1].call
        yield from () if told else _wrap(finding.call, "    ", hanging="    ")
        yield from _body(finding)
    for note in result.notes:
        yield (Span(f"  Note: {note}.", "dim"),)
    if result.status != "passed":
        yield (Span(f"  {result.source} · grader hint {result.name}", "dim"),)


def _body(finding: Finding) -> Iterator[Line]:
    if finding.fact and finding.fact != finding.headline:
        agreement = f"({finding.agreement})" if finding.agreement else ""
        yield (Span(f"    {finding.fact}", "bold"), Span(f"    {agreement}" if agreement else "", "dim"))
    for theirs in finding.theirs:
        yield (Span("    your code | ", "dim"), Span(theirs))
    advice = [finding.advice] if finding.advice else []
    if finding.diagnosis:
        advice = [f"{finding.diagnosis.claim} {finding.diagnosis.hint}", *advice]
    for each in advice:
        yield from _wrap(each, "  ", "warn")


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


def scoreboard(result: SubmissionResult) -> Iterator[Line]:
    """A line an exercise, the total, and what to do next."""
    width = max((len(each.name) for each in result.exercises), default=0)
    for each in result.exercises:
        yield (
            Span(f"{_MARKS[each.status]} ", _STYLES[each.status]),
            Span(f"{each.name:<{width}}  "),
            *_bar(each.points, each.max_points),
            Span(f"  {points(each.points):>5}/{points(each.max_points):<5} "),
            Span(scoreboard_text(each), "dim" if each.status == "not-started" else _STYLES[each.status]),
        )
    yield (
        Span(f"  {'total':<{width}}  ", "bold"),
        *_bar(result.points, result.max_points),
        Span(f"  {points(result.points):>5}/{points(result.max_points):<5}", "bold"),
    )
    yield (Span(next_step(result)),)


_MARKS = {"passed": "+", "failed": "x", "not-started": "-", "error": "!", "timeout": "!", "missing": "?"}
_STYLES: dict[str, Style] = {
    "passed": "good",
    "failed": "bad",
    "not-started": "dim",
    "error": "bad",
    "timeout": "bad",
    "missing": "bad",
}


def scoreboard_text(result: ExerciseResult) -> str:
    """What the scoreboard says of an exercise, in a few words; "" for one that is right."""
    if result.status == "passed":
        return ""
    if result.status == "not-started":
        return "not started"
    if not result.findings:
        return result.status
    more = len(result.findings) - 1
    return result.findings[0].headline + (f" (and {more} more)" if more else "")


def _bar(earned: float, total: float) -> tuple[Span, Span]:
    full = int(BAR_CELLS * earned / total) if total else 0
    return Span("█" * full, "good"), Span("░" * (BAR_CELLS - full), "dim")


def next_step(result: SubmissionResult) -> str:
    """What to do next: mend what was begun, then begin what wasn't, then bring back what is missing."""
    elsewhere = "" if result.submission == OWN else f" {shlex.quote(f'--submission={result.submission}')}"
    for status in ("error", "timeout", "failed", "not-started", "missing"):
        for each in result.exercises:
            if each.status != status:
                continue
            if status == "missing":
                return f"Next: bring {each.file} back" + ("" if elsewhere else f" with grader reset {each.name}")
            do = "write" if status == "not-started" else "mend"
            return f"Next: {do} {each.file}, then pytest grader -k {each.name}{elsewhere}"
    return "Everything that was selected is right."
