"""The command line: `grader`, the same as `python -m grader`."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from pathlib import Path

import click

from grader import catalog
from grader.exercise import Exercise


class ExerciseName(click.ParamType[Exercise]):
    """An exercise by its name, its number or its module's name."""

    name = "exercise"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Exercise:
        from difflib import get_close_matches

        names = catalog.names()
        for name, module in names.items():
            if value in (name, module, module[2:4]):
                return catalog.get(name)
        similar = get_close_matches(value, names, 1)
        hint = f"; did you mean {similar[0]}?" if similar else "; grader list shows them all"
        raise click.BadParameter(f"there is no exercise {value!r}{hint}", ctx, param)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handgrad")
def main() -> None:
    """Handgrad: write every backward pass by hand; PyTorch says whether it is right."""


@main.command("list")
@click.option("--figures", is_flag=True, help="List every figure that the notes print instead, beside the exact one.")
def list_exercises(figures: bool) -> None:
    """List the exercises, and which of them you have begun."""
    from grader.authoring.sync import generated

    if figures:
        _list_figures()
        return
    states = {each.path.stem: each.state for each in generated(_root())}
    chapter = 0
    for exercise in catalog.every():
        if exercise.number // 10 != chapter:
            chapter = exercise.number // 10
            click.secho(f"{chapter} {catalog.CHAPTERS[chapter]}", bold=True)
        begun = {"edited": "begun", "missing": "missing"}.get(states[exercise.module], "")
        title = f"{exercise.title} ({exercise.source})"
        click.echo(f"  {exercise.number} {exercise.name:<22} {exercise.points:g}  {begun:<7}  {title}")


def _list_figures() -> None:
    from grader.figures import figures, row

    for exercise in catalog.every():
        for figure in figures(exercise):
            click.secho(row(figure), fg="yellow" if figure.is_off else None)


@main.command()
@click.argument("exercise", type=ExerciseName())
@click.argument("upto", type=click.IntRange(1), default=1)
def hint(exercise: Exercise, upto: int) -> None:
    """Show the first hint for EXERCISE, or the first UPTO of them."""
    hints = exercise.hints[:upto]
    for number, text in enumerate(hints, 1):
        click.echo(f"{number}/{len(exercise.hints)}  {text}")
    if len(hints) < len(exercise.hints):
        click.secho(f"More: grader hint {exercise.name} {len(hints) + 1}", dim=True)
    else:
        click.secho(f"That was the last one. Read {exercise.source}.", dim=True)


@main.command()
@click.argument("exercise", type=ExerciseName())
def reset(exercise: Exercise) -> None:
    """Bring the stub of EXERCISE back, and keep what it replaces."""
    from grader.authoring.sync import back_up, generated, write

    (each,) = generated(_root(), [exercise])
    if each.state == "current":
        click.echo(f"{_shown(each.path)} is untouched.")
        return
    if each.state != "missing":
        click.echo(f"Your version is kept in {_shown(back_up(each.path))}")
    write(each.path, each.text)
    click.echo(f"{_shown(each.path)} is as it was handed out.")


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a generated file isn't current.")
def sync(check: bool) -> None:
    """Write every generated file anew; a stub that was edited is left alone."""
    from grader.authoring.sync import generated, write

    clean = True
    for each in generated(_root()):
        if each.state == "current":
            continue
        clean = False
        if each.state == "edited":
            click.echo(
                f"{_shown(each.path)}: edited, left alone; grader reset {each.path.stem[5:]} brings the stub back"
            )
        elif check:
            click.echo(f"{_shown(each.path)}: {each.state}; grader sync writes it")
        else:
            write(each.path, each.text)
            click.echo(f"{_shown(each.path)}: written")
    if clean:
        click.echo("Every generated file is current.")
    elif check:
        sys.exit(1)


@main.command()
@click.argument("name")
@click.option("--chapter", type=click.IntRange(1, 6), default=5, help="The chapter that it belongs to (5, deep).")
def new(name: str, chapter: int) -> None:
    """Begin an exercise NAME: a spec and a solution to fill in."""
    from grader.authoring.new import begin

    try:
        spec, solution = begin(_root(), name, chapter)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Fill in {_shown(spec)} and {_shown(solution)}, then:")
    click.echo(f"  grader sync && pytest tests/content -k {name}")


@main.command()
def doctor() -> None:
    """Show the versions of what is installed, and how strictly submissions are confined here."""
    from grader.sandbox.levels import probe

    for package in ("handgrad", "numpy", "torch", "pytest"):
        try:
            click.echo(f"{package:<10} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            click.secho(f"{package:<10} missing: pip install {package}", fg="red")
    click.echo(f"{'python':<10} {platform.python_version()} on {platform.system()} {platform.machine()}")
    click.echo(f"{'exercises':<10} {_shown(_root() / 'exercises')}")
    for line in probe().lines():
        click.echo(line)


def _root() -> Path:
    """The nearest folder, from here upwards, that has `exercises/`."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "exercises").is_dir():
            return folder
    raise click.ClickException(f"there is no folder exercises/ in {here} or above it")


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
