"""The group of all commands: it says in a line what a machine has too little of."""

from __future__ import annotations

from typing import Any

import click

from grader.sandbox.kernel.shortage import shortage


class Commands(click.Group):
    """Ends a command for which the machine has too little of something with a sentence, and the exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if not (short := shortage(error)):
                raise
            file = getattr(error, "filename", None)
            raise click.ClickException(f"{file}: {short}" if isinstance(file, str) else short) from None
