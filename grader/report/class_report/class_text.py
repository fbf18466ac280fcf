"""A class's summary as lines of styled text, for a terminal; without the styles they read as well."""

from __future__ import annotations

from collections.abc import Iterator

from grader.report.class_report.class_summary import ClassSummary
from grader.report.terminal import Line, Span
from grader.text.numbers import points

BAR_CELLS = 40

MOST = 10
"""The most lines of a kind."""

NAMED = 5
"""The most submissions named for each reason to look at them; the page names more."""


def class_lines(summary: ClassSummary) -> Iterator[Line]:
    """The whole summary."""
    total = summary.submissions
    yield (Span(f"{total} {'submission' if total == 1 else 'submissions'}", "bold"), Span(_of(summary)))
    if summary.beside:
        yield (Span(summary.beside, "dim"),)
    if total:
        yield from _marks(summary)
        yield from _exercises(summary)
        yield from _mistakes(summary)
        yield from _same(summary)
        yield from _slowest(summary)
    yield from _concerns(summary)


def percent(share: float) -> str:
    """A share in whole per cent: 100 only if it is all, 0 only if it is none."""
    rounded = round(100 * share)
    return f"{min(max(rounded, 1 if share else 0), 100 if share >= 1 else 99)} %"


def tenth(place: int) -> str:
    """The name of a tenth of the points."""
    return f"{10 * place}–{10 * place + 10} %"


def _of(summary: ClassSummary) -> str:
    if not summary.submissions:
        return ", none of them judged"
    of = f"{points(summary.max_points)} point{'' if summary.max_points == 1 else 's'}"
    return f", {of}: mean {percent(summary.mean)}, median {percent(summary.median)}"


def _heading(text: str) -> Iterator[Line]:
    yield (Span(""),)
    yield (Span(text, "bold"),)


def _marks(summary: ClassSummary) -> Iterator[Line]:
    yield from _heading("Marks")
    most = max(summary.marks)
    for place, count in enumerate(summary.marks):
        cells = -(-BAR_CELLS * count // most) if most else 0
        yield (Span(f"  {tenth(place):>8}  "), Span("█" * cells, "good"), Span(f" {count}" if cells else str(count)))


def _exercises(summary: ClassSummary) -> Iterator[Line]:
    hardest = [each for each in summary.exercises[:MOST] if each.passed < 1]
    yield from _heading("Hardest exercises" if hardest else "Everybody passed every exercise")
    width = max((len(each.name) for each in hardest), default=0)
    for each in hardest:
        mean = f"{points(each.mean, each.max_points)}/{points(each.max_points)}"
        yield (Span(f"  {each.name:<{width}}  {percent(each.passed):>5} passed   mean {mean}"),)
    if summary.absent:
        yield (Span(f"  Nobody handed in {', '.join(summary.absent)}.", "warn"),)


def _mistakes(summary: ClassSummary) -> Iterator[Line]:
    if not summary.mistakes:
        return
    yield from _heading("Misconceptions")
    first = summary.mistakes[:MOST]
    width = max(len(each.exercise) for each in first)
    for each in first:
        yield (Span(f"  {each.students:>4}  "), Span(f"{each.exercise:<{width}}  "), Span(each.claim, "warn"))
        yield (Span(f"        {'':<{width}}  {each.id}", "dim"),)
    if more := len(summary.mistakes) - len(first):
        yield (Span(f"  and {more} more", "dim"),)


NAME_IT = 'To name one, add "id: formula", a claim and a hint to the spec\'s mistakes: CONTRIBUTING, The spec.'
"""How a wrong answer becomes a known mistake."""


def _same(summary: ClassSummary) -> Iterator[Line]:
    if not summary.same:
        return
    yield from _heading("The same wrong answer, of several, and no known mistake")
    first = summary.same[:MOST]
    width = max(len(word) for each in first for word in (each.exercise, each.id))
    for each in first:
        yield (Span(f"  {each.students:>4}  "), Span(f"{each.exercise:<{width}}  "), Span(each.text, "warn"))
        named = ", ".join(each.named[:NAMED])
        more = each.students - len(each.named[:NAMED])
        yield (Span(f"        {each.id:<{width}}  {named}" + (f" and {more} more" if more else ""), "dim"),)
    if more := len(summary.same) - len(first):
        yield (Span(f"  and {more} more", "dim"),)
    yield (Span(f"  The same command with --code {first[0].id} shows the code of {first[0].named[0]}.", "dim"),)
    yield (Span(f"  {NAME_IT}", "dim"),)


def _slowest(summary: ClassSummary) -> Iterator[Line]:
    if not summary.slowest:
        return
    yield from _heading("Slowest submissions")
    for seconds, name in summary.slowest[:NAMED]:
        yield (Span(f"  {seconds:6.1f} s  {name}"),)


def _concerns(summary: ClassSummary) -> Iterator[Line]:
    if not summary.concerns:
        return
    yield from _heading("For a person to look at")
    for concern in summary.concerns:
        yield (Span(f"  {concern.text}: {concern.total}", "bad"),)
        for name, text in concern.named[:NAMED]:
            yield (Span(f"    {name}  "), Span(text, "dim"))
        if more := concern.total - len(concern.named[:NAMED]):
            yield (Span(f"    and {more} more", "dim"),)
