"""The commands that write what is to be looked at into a file."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.places import ExerciseName, root, short, submission_folder
from grader.exercise import Exercise
from grader.sandbox.host.launch import launch_ahead
from grader.text.language import say


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="report.html")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to judge (exercises).")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=None, help="The seed of the random cases (fixed).")
@click.option("--only", metavar="NAME", type=ExerciseName(), help="One exercise alone, to embed in a page of yours.")
def report(file: Path, submission: Path | None, seed: int | None, only: Exercise | None) -> None:
    """Judge everything and write the page FILE (report.html)."""
    # It takes longest, and needs nothing of what is imported meanwhile.
    launch_ahead("auto")
    from grader.cases import DEFAULT_SEED
    from grader.desk.dossier import page_obstacle, submission_dossier
    from grader.report.formats import page

    if reason := page_obstacle(file):
        raise click.ClickException(say("{file} can't be written: {reason}", file=file, reason=reason))
    directory, name = submission_folder(submission)
    seed = DEFAULT_SEED if seed is None else seed
    whole = submission_dossier(directory, name, seed, own=submission is None, only=only)
    try:
        file.write_text(page(whole), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(say("{file} can't be written: {reason}", file=file, reason=error.strerror)) from None
    click.echo(say("{file} is written: open it in a browser.", file=short(file)))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="curve.png")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to train (exercises).")
def curve(file: Path, submission: Path | None) -> None:
    """Draw how your network learns, over PyTorch's, to FILE."""
    from grader.desk.training import NoLossesError, training_curve
    from grader.report.curve import draw
    from grader.sandbox.host.source_file import SubmissionFileError

    try:
        losses = training_curve(submission or root() / "exercises", own=submission is None)
    except (NoLossesError, SubmissionFileError) as error:
        raise click.ClickException(str(error)) from None
    try:
        draw(losses, file)
    except ImportError:
        raise click.ClickException("the curve is drawn with matplotlib: pip install 'handgrad[plot]'") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(say("{file} can't be written: {reason}", file=file, reason=error)) from None
    click.echo(f"{short(file)}: {losses.remark or say('drawn')}")
