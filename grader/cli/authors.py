"""Commands for who writes exercises, and hands them out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader import catalog
from grader.cli.places import generated_files, root, short


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a generated file isn't current.")
def sync(check: bool) -> None:
    """Write every generated file anew; edited stubs are left alone."""
    from grader.authoring.sync import write
    from grader.formula.index import path_of, stale
    from grader.formula.index import write as write_index

    clean = True
    for each in generated_files():
        if each.state == "current":
            continue
        clean = False
        if each.state == "edited":
            name = each.path.stem.partition("_")[2]
            click.echo(f"{short(each.path)}: edited, left alone; grader reset {name} brings the stub back")
        elif check:
            click.echo(f"{short(each.path)}: {each.state}; grader sync writes it")
        else:
            write(each.path, each.text)
            click.echo(f"{short(each.path)}: written")
    for exercise in stale():
        clean = False
        if check:
            click.echo(f"{short(path_of(exercise.name))}: stale; grader sync writes it")
        else:
            write_index(exercise)
            click.echo(f"{short(path_of(exercise.name))}: written")
    if clean:
        click.echo("Every generated file is current.")
    elif check:
        sys.exit(1)


@click.command()
@click.argument("name")
@click.option("--chapter", default="deep", help="The chapter that it belongs to (deep); a new name begins a new one.")
def new(name: str, chapter: str) -> None:
    """Begin an exercise NAME: a spec and a solution to fill in."""
    from grader.authoring.new import begin

    try:
        spec, solution = begin(root(), name, chapter)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if chapter not in catalog.chapters():
        click.echo(f"{chapter} is a new chapter, beside {', '.join(catalog.chapters())}.")
    click.echo(f"Fill in {short(spec)} and {short(solution)}, then:")
    click.echo(f"  grader sync && pytest tests/content -k {name}")


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--install", metavar="REQUIREMENT", default="", help="What students install, instead of a wheel.")
def handout(directory: Path, install: str) -> None:
    """Make the folder DIRECTORY to give to students."""
    from grader.authoring.handout import HandoutError, hand_out

    try:
        hand_out(root(), directory, install)
    except (HandoutError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{short(directory)} is ready: exercises, a README for students, and the grader to install.")
