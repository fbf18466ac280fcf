"""The command that watches."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.cli.places import ExerciseName, submitted
from grader.exercise import Exercise


@click.command()
@click.argument("exercise", type=ExerciseName(), required=False)
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to watch (exercises).")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=DEFAULT_SEED, help="The seed of the random cases.")
def watch(exercise: Exercise | None, submission: Path | None, seed: int) -> None:
    """Show the verdict on what you save, whenever you save it."""
    from grader.desk.watch.run import watch

    directory, name = submitted(submission)
    status = watch(directory, name, exercise.name if exercise else _last_begun(directory), seed)
    sys.stdout.flush()
    # Not in good order: that would wait for an endless loop, and abort while PyTorch is being imported.
    os._exit(status)


def _last_begun(directory: Path) -> str:
    """The exercise that was saved last of those that have been begun, or the first."""
    from grader.authoring.stub import is_untouched
    from grader.judging.source import read

    times: dict[str, float] = {}
    for exercise in catalog.every():
        source = read(directory, exercise)
        if isinstance(source, bytes) and not is_untouched(source.decode("utf-8", "replace")):
            with suppress(OSError):
                times[exercise.name] = (directory / exercise.file).stat().st_mtime
    return max(times, key=lambda name: times[name], default=next(iter(catalog.names())))
