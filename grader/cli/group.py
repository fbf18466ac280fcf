"""The group of all commands, and what holds for each: how it writes, and what it says when the machine refuses."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import click

from grader import catalog
from grader.catalog.outside import SpecError
from grader.cli.places import short
from grader.sandbox.kernel.shortage import shortage
from grader.text import quote
from grader.text.language import say
from grader.text.spelling import spell_out

_REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS}
"""A file that may not be read or written; anything else that is no shortage is a fault of ours."""


class Commands(click.Group):
    """Commands that write what any output can have, and end in a sentence where something is short or refused."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        spell_out()
        return super().main(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except SpecError as error:
            raise click.ClickException(str(error)) from None
        except Exception as error:
            # What Python before 3.12 makes of one that strikes where a class is made, in an import.
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            if not (reason := shortage(error) or _refusal(error)):
                raise
            file = getattr(error, "filename", None)
            place = (
                f"{quote.line(short(Path(os.fsdecode(file))), columns=4096)}: " if isinstance(file, str | bytes) else ""
            )
            raise click.ClickException(f"{place}{reason}") from None


def show_problems() -> None:
    """Says of exercises from outside what is left out, and why."""
    for problem in catalog.problems():
        click.echo(f"Left out: {quote.line(problem, columns=1000)}.", err=True)


def _refusal(error: Exception) -> str:
    """What isn't to be had, of an error that isn't a fault of ours, or ""."""
    if isinstance(error, ImportError) and (reason := _torch_fault()):
        return say("PyTorch can't be imported ({reason}), and this needs it; see grader doctor", reason=reason)
    if isinstance(error, OSError) and error.errno in _REFUSALS and error.filename is not None:
        return (error.strerror or "refused").lower()
    return ""


def _torch_fault() -> str:
    """Why PyTorch can't be imported, or ""."""
    from grader.reference.forward import import_torch

    try:
        import_torch()
    except Exception as error:
        return quote.line(f"{type(error).__name__}: {error}", columns=300)
    return ""
