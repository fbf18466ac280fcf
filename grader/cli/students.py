"""Commands for who does the exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.cli.places import ExerciseName, generated_files, nearest_root, short, submission_folder
from grader.exercise import Exercise
from grader.text.language import say, say_many

if TYPE_CHECKING:
    from grader.desk.last_verdicts import LastVerdict

_LISTED = 5
"""How far in what is said of an exercise stands in the list: as far as its name."""

_NAMED = 11
"""How far in what `grader doctor` says stands, behind its name."""


@click.command("list")
@click.option("--figures", is_flag=True, help="List every figure that the notes print instead, beside the exact one.")
def list_exercises(figures: bool) -> None:
    """List the exercises, and what your last verdict said of each.

    Where there is no folder exercises/, as in a course's folder, only the exercises.
    """
    if figures:
        _list_figures()
        return
    from grader.desk.last_verdicts import LastVerdicts

    folder = nearest_root()
    verdicts = LastVerdicts(folder / "exercises").find() if folder else {}
    for place, (chapter, names) in enumerate(catalog.chapters().items(), 1):
        click.secho(f"{place} {say(chapter)}", bold=True)
        for exercise in map(catalog.get, names):
            _list_exercise(folder, exercise, verdicts.get(exercise.name))


def _list_exercise(folder: Path | None, exercise: Exercise, last: LastVerdict | None) -> None:
    from grader.authoring.sync import progress
    from grader.desk.last_verdicts import digest_of
    from grader.judging.source import read
    from grader.report.wrapping import row, sentence

    state: str = progress(folder, exercise) if folder else ""
    source = read(folder / "exercises", exercise) if folder and last and state == "begun" else None
    is_same = last is not None and isinstance(source, bytes) and digest_of(source) == last.digest
    if last and is_same and last.status == "passed":
        state = "right"
    title = f"{say(exercise.title)} ({say(exercise.source)})"
    click.echo(row(f"  {exercise.number} {exercise.name:<22} {exercise.points:g}  {say(state):<7}  {title}", _LISTED))
    if last is None or source is None or state == "right":
        return
    if is_same:
        said = say("{earned} at {time}  {said}", earned=last.earned, time=last.when, said=last.said)
    else:
        said = say(
            "changed since {time}, when it had {earned}; pytest grader::{name} judges it",
            time=last.when,
            earned=last.earned,
            name=exercise.name,
        )
    click.echo(sentence(f"{' ' * _LISTED}{said}", _LISTED))


def _list_figures() -> None:
    from grader.reference import figures
    from grader.report.wrapping import row

    for exercise in catalog.every():
        for figure in figures.figures(exercise):
            click.secho(row(figures.row(figure)), fg="yellow" if figure.is_off else None)


@click.command()
@click.argument("exercise", type=ExerciseName())
@click.argument("upto", type=click.IntRange(1), default=1)
@click.option("--where", is_flag=True, help="Say on which line of your file the mistake is, if one change mends it.")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to look in (exercises).")
def hint(exercise: Exercise, upto: int, where: bool, submission: Path | None) -> None:
    """Show the first hint for EXERCISE, or the first UPTO of them."""
    if where:
        _show_where(exercise, submission)
        return
    if submission:
        raise click.UsageError("--submission goes with --where")
    from grader.report.wrapping import row

    hints = exercise.hints[:upto]
    for number, text in enumerate(hints, 1):
        click.echo(row(f"{number}/{len(exercise.hints)}  {say(text)}"))
    if len(hints) < len(exercise.hints):
        click.secho(say("More: grader hint {name} {number}", name=exercise.name, number=len(hints) + 1), dim=True)
    else:
        read = "" if exercise.source.startswith("beyond") else " " + say("Read {source}.", source=say(exercise.source))
        click.secho(say("That was the last one.") + read, dim=True)


def _show_where(exercise: Exercise, submission: Path | None) -> None:
    from grader.desk.faulty_line import whereabouts
    from grader.desk.kept_answers import judging
    from grader.judging.source import read
    from grader.report.terminal import WIDTH, place_lines, plain
    from grader.report.wrapping import columns, fit

    directory, name = submission_folder(submission)
    with judging(submission is None) as (answers, sandbox):
        bench = answers.bench(exercise)
        found = whereabouts(bench, f"{name}/{exercise.file}", read(directory, exercise), sandbox)
    lines = place_lines(found.sentence, [(each.first, each.text) for each in found.lines])
    click.echo(plain(fit(lines, columns(WIDTH))))


@click.command()
@click.argument("exercise", type=ExerciseName())
def reset(exercise: Exercise) -> None:
    """Bring the stub of EXERCISE back, and keep what it replaces."""
    from grader.authoring.sync import back_up, write

    (each,) = generated_files([exercise])
    if each.state == "current":
        click.echo(say("{file} is untouched.", file=short(each.path)))
        return
    if each.state != "missing":
        click.echo(say("Your version is kept in {file}", file=short(back_up(each.path))))
    write(each.path, each.text)
    click.echo(say("{file} is as it was handed out.", file=short(each.path)))


@click.command()
@click.option("--forget", is_flag=True, help="Forget what is kept: PyTorch's answers, diagnoses, last verdicts.")
def doctor(forget: bool) -> None:
    """Show versions, the level of isolation here, and what is kept."""
    import platform

    from grader.desk import last_verdicts
    from grader.reference.store import Store
    from grader.sandbox.host.levels import probe

    store = Store()
    if forget:
        store.forget()
        last_verdicts.forget()
    for package in ("handgrad", "numpy", "torch", "pytest"):
        _say_version(package)
    _say(
        "python",
        say(
            "{version} on {system}",
            version=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}",
        ),
    )
    folder = nearest_root()
    _say("exercises", short(folder / "exercises") if folder else say("none here, nor in a folder above"))
    for name, said in probe().lines():
        _say(name, said)
    count, size = store.size()
    kept = say(
        "to {count} of {all} exercises, {size} MB, in {folder}" if size else "none kept in {folder}",
        count=count,
        all=len(catalog.names()),
        size=f"{size / 1e6:.1f}",
        folder=store.folder,
    )
    _say("answers", kept)
    place = last_verdicts.folder()
    if folders := last_verdicts.count():
        kept = say_many(
            "the last ones, on {count} folder, in {folder}",
            "the last ones, on {count} folders, in {folder}",
            folders,
            folder=place,
        )
        _say("verdicts", kept)
    else:
        _say("verdicts", say("none kept in {folder}", folder=place))


def _say(name: str, said: str, color: str | None = None) -> None:
    from grader.report.wrapping import row

    click.secho(row(f"{name:<{_NAMED - 1}} {said}", _NAMED), fg=color)


def _say_version(package: str) -> None:
    import importlib
    import importlib.metadata

    try:
        version = importlib.metadata.version(package)
        # Where PyTorch's answers are kept, nothing else shows that it can't be imported any more.
        importlib.import_module(package if package != "handgrad" else "grader")
    except importlib.metadata.PackageNotFoundError:
        _say(package, say("missing: pip install {package}", package=package), "red")
    except Exception as error:
        _say(package, say("{version}, but it can't be imported: {error}", version=version, error=error), "red")
    else:
        _say(package, version)
