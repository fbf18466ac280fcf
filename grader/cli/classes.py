"""What the commands that grade a class have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
