"""The command that makes the secret seed of a class."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def seed(file: Path) -> None:
    """Make FILE, a secret seed for a class, which only you can read.

    The random cases are drawn from it. Keep it as long as you may grade again, and never publish it.
    """
    from grader.course.secret import SeedError, make_seed, shown

    try:
        make_seed(file)
    except SeedError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{shown(file)} has a new secret seed. Keep it as long as you may grade again.")
