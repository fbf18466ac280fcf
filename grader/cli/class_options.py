"""What the commands that grade a class have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import catalog
from grader.classes.engine.cores import cores
from grader.cli.places import ExerciseName
from grader.exercise import Exercise
from grader.text import quote

if TYPE_CHECKING:
    from grader.report.class_report.class_summary import ClassSummary

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "bold": {"bold": True},
    "dim": {"dim": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
}

MOST_NOTES = 20
"""How many submissions are named of whom there is something to say."""

NOTE_COLUMNS = 1000
"""How much is said of each: the names of some files, perhaps."""

MOST_CODE = 1000
"""How many lines of a submission's code are shown."""

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: len(cores()),
    help="Processes at a time (as many as there are cores).",
)

dask_option = click.option("--dask", metavar="ADDRESS", help="A Dask scheduler, tcp://…, whose workers do it instead.")


code_option = click.option(
    "--code", metavar="ID", help="Show the code of one of those that the summary calls ID, not the summary."
)


def chosen(wanted: Iterable[str]) -> tuple[Exercise, ...]:
    """The exercises of these names and chapters, in their order; all if there is none. Raises BadParameter."""
    names: set[str] = set()
    for word in wanted:
        if word in catalog.chapters():
            names |= set(catalog.chapters()[word])
        else:
            names.add(ExerciseName().convert(word, None, None).name)
    return tuple(catalog.every(names or None))


@contextmanager
def interruptible() -> Iterator[None]:
    """Ends the command with a line where the user interrupts it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped. The same command goes on from here.", err=True)
        sys.exit(130)


def warn_of_private_python() -> None:
    """Warns if submissions can't read Python, so that some right work would get no points."""
    from grader.sandbox.host.levels import private_python

    if said := private_python():
        click.echo(f"Warning: {said}", err=True)


def show_notes(title: str, notes: Mapping[str, str]) -> None:
    """Prints what there is to say of submissions, by name, below a title; if there is anything."""
    if not notes:
        return
    click.echo(f"\n{title}:", err=True)
    for name, why in list(notes.items())[:MOST_NOTES]:
        click.echo(f"  {quote.line(name)}: {quote.line(why, NOTE_COLUMNS)}", err=True)
    if len(notes) > MOST_NOTES:
        click.echo(f"  … {len(notes) - MOST_NOTES} more", err=True)


def require_outputs(outputs: Iterable[Path | None], kept: Mapping[str, str | Path | None]) -> None:
    """Refuses outputs that can't be written, that are one file, or one of those that are `kept`, by what they are.

    Raises UsageError.
    """
    from grader.classes.engine.whole_file import OutputError, part_of, require_writable

    given = [output for output in outputs if output]
    # Each is written beside its place first.
    touched = [path for output in given for path in (output, part_of(output))]
    for path in touched:
        if what := next((what for what, each in kept.items() if each and _is_same(path, each)), None):
            raise click.UsageError(f"{quote.line(str(path))} can't be written: it is {what}")
    if any(_is_same(*two) for two in combinations(touched, 2)):
        raise click.UsageError("two outputs can't go to one file")
    try:
        for output in given:
            require_writable(output)
    except OutputError as error:
        raise (click.ClickException if error.is_full else click.UsageError)(str(error)) from None


def _is_same(one: str | Path, other: str | Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def show_summary(summary: ClassSummary) -> None:
    """Prints a class's summary."""
    from grader.report.class_report.class_text import class_lines

    for line in class_lines(summary):
        click.echo("".join(click.style(span.text, **_STYLES[span.style]) for span in line).rstrip())


def show_code(summary: ClassSummary, wanted: str, sources: Callable[[str, str], Mapping[str, str]]) -> None:
    """Prints a wrong answer that several give, and the code of one of them.

    `sources` gives a submission's code for an exercise, in pieces by what they are. Raises UsageError if the summary
    has no such answer.
    """
    same = next((each for each in summary.same if each.id == wanted), None)
    if same is None:
        known = ", ".join(each.id for each in summary.same) or "none"
        raise click.UsageError(f"there is no wrong answer {quote.line(wanted)} that several give; there is {known}")
    click.echo(f"{same.students} submissions, {same.exercise}: {same.text}")
    click.echo("\n".join(f"    {line}" for line in [*same.call.split("\n"), *same.named] if line))
    for title, code in sources(same.first, same.exercise).items():
        click.secho(f"\n{quote.line(title)}", bold=True)
        click.echo("\n".join(quote.lines(code, MOST_CODE)))


def write_report(file: Path, summary: ClassSummary) -> None:
    """Writes the page of a class's summary. Raises OutputError."""
    from grader.classes.engine.whole_file import whole_file
    from grader.report.class_report.class_page import class_page

    with whole_file(file) as page:
        page.write(class_page(summary))
