"""The command that draws a learning curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from grader import catalog
from grader.cli.places import root, shown

if TYPE_CHECKING:
    from grader.report.curve import Curve


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="curve.png")
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to train (exercises).")
def curve(file: Path, submission: Path | None) -> None:
    """Draw how your network learns, over PyTorch's, to FILE."""
    from grader.report.curve import draw

    directory = submission or root() / "exercises"
    found = _learning_curve(directory)
    try:
        draw(found, file)
    except ImportError:
        raise click.ClickException("the curve is drawn with matplotlib: pip install 'handgrad[plot]'") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} can't be written: {error}") from None
    click.echo(f"{shown(file)}: {found.remark or 'drawn'}")


def _learning_curve(directory: Path) -> Curve:
    """The losses of a submission's training run beside PyTorch's."""
    from grader.judging.bench import Bench
    from grader.judging.comparison import FLOAT64, array_of
    from grader.judging.judgement import judgement
    from grader.judging.source import read
    from grader.report.curve import Curve
    from grader.sandbox.host.source_file import SubmissionFileError
    from grader.sandbox.host.worker import Sandbox

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
        result = judgement(bench, str(directory), run).result
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
