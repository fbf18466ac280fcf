"""What the commands that grade a class have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.batch.cores import cores

if TYPE_CHECKING:
    from grader.report.class_summary import ClassSummary

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "bold": {"bold": True},
    "dim": {"dim": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
}


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: len(cores()),
    help="Processes at a time (as many as there are cores).",
)


@contextmanager
def interruptible() -> Iterator[None]:
    """Ends the command with a line where the user interrupts it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped. The same command goes on from here.", err=True)
        sys.exit(130)


def show_summary(summary: ClassSummary) -> None:
    """Prints a class's summary."""
    from grader.report.class_text import class_lines

    for line in class_lines(summary):
        click.echo("".join(click.style(span.text, **_STYLES[span.style]) for span in line).rstrip())


def write_report(file: Path, summary: ClassSummary, title: str) -> None:
    """Writes the page of a class's summary. Raises OutputError."""
    from grader.batch.export import whole
    from grader.report.class_page import class_page

    with whole(file) as page:
        page.write(class_page(summary, title))
