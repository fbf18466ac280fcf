"""The command that grades a class of .py submissions."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from grader import catalog
from grader.cli.class_options import (
    dask_option,
    interruptible,
    jobs_option,
    require_outputs,
    show_notes,
    show_summary,
    write_report,
)
from grader.cli.places import ExerciseName
from grader.exercise import Exercise

if TYPE_CHECKING:
    from grader.classes.files.class_run import ClassRun
    from grader.classes.files.submission_folders import ClassFolders
    from grader.report.class_report.class_summary import ClassSummary
    from grader.sandbox.host.worker import Isolation

_FILE = click.Path(path_type=Path)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@click.command()
@click.argument("directories", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE", type=_FILE, required=True, help="One JSON object a submission.")
@click.option("--csv", "csv_file", metavar="FILE", type=_FILE, help="A table of the marks.")
@click.option("--report", "report_file", metavar="FILE.html", type=_FILE, help="The class's summary as a page.")
@click.option("-k", "--exercise", "wanted", metavar="NAME", multiple=True, help="An exercise or a chapter; or several.")
@click.option("--seed", type=click.IntRange(0), help="The seed of the random cases.")
@click.option("--seed-file", metavar="FILE", type=_FILE, help="The file with the seed, which students can't know.")
@jobs_option
@dask_option
@click.option(
    "--isolation",
    type=click.Choice(["auto", "full", "limits", "process"]),
    default="auto",
    help='How tightly submissions are held: "full" unless a lower level is named.',
)
def grade(
    directories: tuple[Path, ...],
    json_file: Path,
    csv_file: Path | None,
    report_file: Path | None,
    wanted: tuple[str, ...],
    seed: int | None,
    seed_file: Path | None,
    jobs: int,
    dask: str | None,
    isolation: Isolation,
) -> None:
    """Grade folders of .py submissions.

    DIR is a submission, if there is an exercise in it, or a folder of submissions. What has been graded is kept in
    FILE.resume beside the JSON file: after an interruption the same command goes on, and later it grades what has
    changed. That file may be deleted. The exit status is 1 if a submission could not be judged.
    """
    from grader.classes.engine.journal import SUFFIX, JournalError, journal
    from grader.classes.engine.progress import progress
    from grader.classes.engine.whole_file import OutputError
    from grader.classes.engine.work import WorkersError
    from grader.classes.files.class_run import Class, ClassRun
    from grader.classes.files.submission_folders import path_text

    exercises = _chosen(wanted)
    found = _found(directories)
    resume_file = json_file.with_name(json_file.name + SUFFIX)
    require_outputs((json_file, csv_file, report_file, resume_file), {"the seed file": seed_file})
    level = _level(isolation, dask)
    group = Class(found.submissions, exercises, _seed(seed, seed_file), level, jobs, dask)
    try:
        with journal(resume_file) as kept:
            with progress(len(found.submissions)) as tell, interruptible():
                run = ClassRun(group, kept, tell)
                run.judge()
            summary = _export(run, _title(directories), json_file, csv_file)
            if report_file:
                write_report(report_file, summary)
    except JournalError as error:
        raise click.UsageError(str(error)) from None
    except (OutputError, WorkersError) as error:
        raise click.ClickException(str(error)) from None
    show_summary(summary)
    show_notes("Left out", {path_text(link): "it is a symbolic link, which is not followed" for link in found.links})
    if summary.unjudged:
        click.echo(f"\n{summary.unjudged} could not be judged; the same command tries these again.", err=True)
        sys.exit(1)


def _chosen(wanted: tuple[str, ...]) -> tuple[Exercise, ...]:
    names: set[str] = set()
    for word in wanted:
        if word in catalog.chapters():
            names |= set(catalog.chapters()[word])
        else:
            names.add(ExerciseName().convert(word, None, None).name)
    return tuple(catalog.every(names or None))


def _found(directories: tuple[Path, ...]) -> ClassFolders:
    from grader.classes.files.submission_folders import find

    try:
        return find(directories)
    except OSError as error:
        raise click.UsageError(f"{_title((Path(error.filename),))}: {error.strerror}") from None


def _title(directories: tuple[Path, ...]) -> str:
    from grader.text import quote

    return quote.line(", ".join(map(str, directories)))


def _level(isolation: Isolation, dask: str | None) -> Isolation:
    """The level at which submissions are held; other people's code never runs at a lower one that wasn't named."""
    from grader.sandbox.host.levels import IsolationError
    from grader.sandbox.host.worker import Sandbox

    level: Isolation = "full" if isolation == "auto" else isolation
    if dask is None:
        try:
            with Sandbox(level) as sandbox:
                sandbox.ready()
        except IsolationError as error:
            advice = "; if you trust the submissions, name a lower level: --isolation limits" if level == "full" else ""
            raise click.UsageError(f"{error}{advice}") from None
    return level


def _seed(seed: int | None, file: Path | None) -> int:
    from grader.cases import DEFAULT_SEED
    from grader.course.secret import SeedError, read_seed

    if seed is not None and file is not None:
        raise click.UsageError("--seed and --seed-file are two seeds; give one")
    if file is not None:
        try:
            return read_seed(file)
        except SeedError as error:
            raise click.UsageError(str(error)) from None
    if seed is None:
        click.echo("Warning: students know the default seed's cases; --seed-file FILE gives others.", err=True)
        return DEFAULT_SEED
    return seed


class CsvTable:
    """Writes a row a submission, with its points and then those of each exercise and how it went."""

    def __init__(self, file: IO[str], exercises: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._exercises = len(exercises)
        each = [column for name in exercises for column in (name, f"{name} status")]
        self._writer.writerow(["submission", "points", "max_points", *each])

    def add(self, name: str, record: Mapping[str, Any] | None) -> None:
        """A submission's row; without a record, of one that could not be judged, it has no points."""
        name = f"'{name}" if name.startswith(_FORMULA) else name
        if record is None:
            self._writer.writerow([name, "", "", *["", "not judged"] * self._exercises])
            return
        each = [cell for exercise in record["exercises"] for cell in (exercise["points"], exercise["status"])]
        self._writer.writerow([name, record["points"], record["max_points"], *each])


def _export(run: ClassRun, title: str, json_file: Path, csv_file: Path | None) -> ClassSummary:
    """Writes the results of a whole class, and sums them up."""
    from grader.classes.engine.whole_file import whole_file
    from grader.report.class_report.class_tally import Tally

    tally = Tally(title)
    with ExitStack() as files:
        lines = files.enter_context(whole_file(json_file))
        names = [exercise.name for exercise in run.group.exercises]
        table = CsvTable(files.enter_context(whole_file(csv_file)), names) if csv_file else None
        for name, graded in run.results():
            if table:
                table.add(name, graded.record if graded else None)
            if graded is None:
                tally.note("infrastructure", name, run.reasons.get(name, "could not be judged"))
                continue
            lines.write(json.dumps(graded.record) + "\n")
            tally.add(name, graded.record["exercises"], graded.seconds, graded.concerns)
    return tally.summary()
