"""The command line: `grader`, the same as `python -m grader`."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from grader import catalog
from grader.exercise import Exercise

if TYPE_CHECKING:
    from grader.authoring.sync import Generated
    from grader.report.curve import Curve


class ExerciseName(click.ParamType[Exercise]):
    """An exercise by its name, its number or its module's name."""

    name = "exercise"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Exercise:
        named = {each: name for name, module in catalog.names().items() for each in (module, module[2:4])}
        try:
            return catalog.get(named.get(value, value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handgrad")
def main() -> None:
    """Handgrad: write every backward pass by hand; PyTorch says whether it is right."""


@main.command("list")
@click.option("--figures", is_flag=True, help="List every figure that the notes print instead, beside the exact one.")
def list_exercises(figures: bool) -> None:
    """List the exercises, and which of them you have begun."""
    from grader.authoring.sync import begun

    if figures:
        _list_figures()
        return
    root, chapter = _root(), 0
    for exercise in catalog.every():
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            click.secho(f"{chapter} {catalog.CHAPTERS[chapter]}", bold=True)
        title = f"{exercise.title} ({exercise.source})"
        state = begun(root, exercise)
        click.echo(f"  {exercise.number} {exercise.name:<22} {exercise.points:g}  {state:<7}  {title}")


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
        read = "" if exercise.source.startswith("beyond") else f" Read {exercise.source}."
        click.secho(f"That was the last one.{read}", dim=True)


@main.command()
@click.argument("exercise", type=ExerciseName())
def reset(exercise: Exercise) -> None:
    """Bring the stub of EXERCISE back, and keep what it replaces."""
    from grader.authoring.sync import back_up, write

    (each,) = _generated([exercise])
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
    """Write every generated file anew; edited stubs are left alone."""
    from grader.authoring.sync import write

    clean = True
    for each in _generated():
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
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--install", metavar="REQUIREMENT", default="", help="What students install, instead of a wheel.")
def handout(directory: Path, install: str) -> None:
    """Make the folder DIRECTORY to give to students."""
    from grader.course.handout import HandoutError, hand_out

    try:
        hand_out(_root(), directory, install)
    except (HandoutError, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{_shown(directory)} is ready: exercises, a README for students, and the grader to install.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="curve.png")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to train (exercises).")
def curve(file: Path, submission: Path | None) -> None:
    """Draw how your network learns to FILE (curve.png), over PyTorch's."""
    from grader.report.curve import draw

    directory = submission or _root() / "exercises"
    found = _learning_curve(directory)
    try:
        draw(found, file)
    except ImportError:
        raise click.ClickException("the curve is drawn with matplotlib: pip install 'handgrad[plot]'") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} can't be written: {error}") from None
    click.echo(f"{_shown(file)}: {found.remark or 'drawn'}")


def _learning_curve(directory: Path) -> Curve:
    """The losses of a submission's training run beside PyTorch's."""
    from grader.compare import FLOAT64, array_of
    from grader.judge import Bench, judge, read
    from grader.report.curve import Curve
    from grader.sandbox.files import SubmissionFileError
    from grader.sandbox.worker import Sandbox

    bench = Bench(catalog.get("train"))
    exercise = bench.exercise
    source = read(directory, exercise)
    if isinstance(source, SubmissionFileError):
        raise click.ClickException(str(source))
    with Sandbox() as sandbox:
        run = sandbox.run(bench.job(source))
    longest = max(range(len(bench.cases)), key=lambda number: len(bench.cases[number].inputs["batches"]))
    reply = run.replies[longest]
    losses = array_of(reply.results["losses"]) if reply and "losses" in reply.results else None
    if not reply or not isinstance(losses, np.ndarray) or losses.ndim != 1:
        result = judge(bench, str(directory), run)
        said = result.findings[0].headline if result.findings else "not started"
        raise click.ClickException(f"{exercise.module} gives no losses to draw: {said}")
    inputs, expected = bench.cases[longest].inputs, bench.references[longest].gradients
    return Curve(
        submission=str(directory),
        mine=losses.astype(float),
        theirs=expected["losses"],
        steps_per_epoch=len(inputs["X"]) // inputs["batches"].shape[1],
        tolerance=exercise.rtol or FLOAT64.rtol,
        remark=exercise.remark(reply.results, expected) if exercise.remark else "",
    )


@main.command()
def doctor() -> None:
    """Show versions, and how strictly submissions are confined here."""
    from grader.sandbox.levels import probe

    for package in ("handgrad", "numpy", "torch", "pytest"):
        try:
            click.echo(f"{package:<10} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            click.secho(f"{package:<10} missing: pip install {package}", fg="red")
    click.echo(f"{'python':<10} {platform.python_version()} on {platform.system()} {platform.machine()}")
    root = _found()
    click.echo(f"{'exercises':<10} {_shown(root / 'exercises') if root else 'none here, nor in a folder above'}")
    for line in probe().lines():
        click.echo(line)


def _generated(exercises: Iterable[Exercise] | None = None) -> list[Generated]:
    from grader.authoring.sync import generated

    try:
        return list(generated(_root(), exercises))
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from None


def _root() -> Path:
    root = _found()
    if root is None:
        raise click.ClickException(f"there is no folder exercises/ in {Path.cwd()} or above it")
    return root


def _found() -> Path | None:
    """The nearest folder, from here upwards, that has `exercises/`."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "exercises").is_dir()), None)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
