"""The group of all commands, and what holds for each: how it writes, and what it says when the machine refuses."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import click

from grader.cli.places import short
from grader.text import quote
from grader.text.spelling import spell_out

_REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""A file that may not be read or written, or that finds no room; anything else is a fault of ours."""


class Commands(click.Group):
    """Commands that write what any output can have, and end in a sentence where a file or PyTorch isn't to be had."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        spell_out()
        return super().main(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ImportError:
            if reason := _torch_fault():
                message = f"PyTorch can't be imported ({reason}), and this needs it; see grader doctor"
                raise click.ClickException(message) from None
            raise
        except OSError as error:
            if error.errno not in _REFUSALS or error.filename is None:
                raise
            file = quote.line(short(Path(os.fsdecode(error.filename))), columns=4096)
            raise click.ClickException(f"{file}: {(error.strerror or 'refused').lower()}") from None


def _torch_fault() -> str:
    """Why PyTorch can't be imported, or ""."""
    from grader.reference.forward import import_torch

    try:
        import_torch()
    except Exception as error:
        return quote.line(f"{type(error).__name__}: {error}", columns=300)
    return ""
