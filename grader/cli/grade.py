"""The command that grades a class of .py submissions."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.cli.class_options import (
    chosen,
    code_option,
    dask_option,
    interruptible,
    jobs_option,
    require_outputs,
    show_code,
    show_notes,
    show_summary,
    warn_of_private_python,
    write_report,
)
from grader.judging.telling import EVERYTHING, TELL, Tell
from grader.report.platform_results.platform_formats import PLATFORM_FORMATS, RESULT_FORMATS
from grader.text import quote

if TYPE_CHECKING:
    from grader.classes.files.class_run import ClassRun
    from grader.classes.files.feedback import Feedback
    from grader.classes.files.submission_folders import ClassFolders
    from grader.report.class_report.class_summary import ClassSummary
    from grader.sandbox.host.worker import Isolation

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("directories", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE", type=_FILE, required=True, help="One JSON object a submission.")
@click.option(
    "--format",
    "form",
    type=click.Choice(RESULT_FORMATS),
    default="json",
    help="What that file has in it; all but json are of one submission.",
)
@click.option("--csv", "csv_file", metavar="FILE", type=_FILE, help="A table of the marks.")
@click.option("--report", "report_file", metavar="FILE.html", type=_FILE, help="The class's summary as a page.")
@click.option("--feedback", metavar="DIR", type=_FILE, help="A text for each student, in a folder like theirs.")
@click.option(
    "--tell",
    type=click.Choice(TELL),
    help="What these texts tell: facts alone, known mistakes too, or formulas too (formulas). The rest has everything.",
)
@code_option
@click.option("-k", "--exercise", "wanted", metavar="NAME", multiple=True, help="An exercise or a chapter; or several.")
@click.option("--seed", type=click.IntRange(0), help="The seed of the random cases.")
@click.option("--seed-file", metavar="FILE", type=_FILE, help="The file with the seed that grader seed FILE has made.")
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
    form: str,
    csv_file: Path | None,
    report_file: Path | None,
    feedback: Path | None,
    tell: Tell | None,
    code: str | None,
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

    Students get nothing of all that but the texts of --feedback.
    """
    from grader.classes.engine.journal import SUFFIX, JournalError, journal
    from grader.classes.engine.progress import progress
    from grader.classes.engine.whole_file import OutputError
    from grader.classes.engine.work import WorkersError
    from grader.classes.files.class_run import Class, ClassRun
    from grader.classes.files.feedback import Feedback
    from grader.classes.files.submission_folders import path_text
    from grader.reference.store import Store

    exercises = chosen(wanted)
    found = _found(directories)
    if form != "json" and len(found.submissions) != 1:
        raise click.UsageError(f"--format {form} is of one submission, and there are {len(found.submissions)}")
    resume_file = json_file.with_name(json_file.name + SUFFIX)
    require_outputs((json_file, csv_file, report_file, resume_file), {"the seed file": seed_file})
    _require_feedback(feedback, tell, directories)
    level = _level(isolation, dask)
    group = Class(found.submissions, exercises, _seed(seed, seed_file), level, jobs, dask)
    try:
        with journal(resume_file) as kept:
            with progress(len(found.submissions)) as news, interruptible(), Store().guarded():
                run = ClassRun(group, kept, news)
                run.judge()
            texts = Feedback(feedback, tell or EVERYTHING, found.submissions) if feedback else None
            summary = _export(run, _title(directories), json_file, form, csv_file, texts)
            if report_file:
                write_report(report_file, summary)
    except JournalError as error:
        raise (click.ClickException if error.is_full else click.UsageError)(str(error)) from None
    except (OutputError, WorkersError) as error:
        raise click.ClickException(str(error)) from None
    if code:
        show_code(summary, code, partial(_code, found))
    else:
        show_summary(summary)
    show_notes("Left out", {path_text(path): why for path, why in found.left.items()})
    if summary.unjudged:
        click.echo(f"\n{summary.unjudged} could not be judged; the same command tries these again.", err=True)
        sys.exit(1)


def _found(directories: tuple[Path, ...]) -> ClassFolders:
    from grader.classes.files.submission_folders import UnpreparedError, find

    try:
        return find(directories)
    except UnpreparedError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"{_title((Path(error.filename),))}: {error.strerror}") from None


def _require_feedback(folder: Path | None, tell: Tell | None, directories: tuple[Path, ...]) -> None:
    """Raises UsageError for a folder of feedback that is none, or isn't apart from the submissions."""
    if folder is None:
        if tell:
            raise click.UsageError("--tell says what students are told in the texts of --feedback DIR: give that, too")
        return
    mine = Path(os.path.realpath(folder))
    for each in directories:
        theirs = Path(os.path.realpath(each))
        # Students might have a link there, and a folder among theirs would be taken for one of theirs.
        if mine.is_relative_to(theirs) or theirs.is_relative_to(mine):
            raise click.UsageError(f"{quote.line(str(folder))} has submissions in it, or is among them: give another")
    if mine.exists() and not mine.is_dir():
        raise click.UsageError(f"{quote.line(str(folder))} can't be written: it is no folder")


def _code(found: ClassFolders, submission: str, exercise: str) -> dict[str, str]:
    """A submission's file for an exercise."""
    from grader.classes.files.class_run import read_sources

    folder = next(each for each in found.submissions if each.name == submission)
    wanted = catalog.get(exercise)
    sources, closed = read_sources(folder, [wanted])
    source = closed or sources[0]
    return {
        f"{submission}/{wanted.file}": source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
    }


def _title(directories: tuple[Path, ...]) -> str:
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
            warn_of_private_python()
        except IsolationError as error:
            advice = "; if you trust the submissions, name a lower level: --isolation limits" if level == "full" else ""
            raise click.UsageError(f"{error}{advice}") from None
    return level


def _seed(seed: int | None, file: Path | None) -> int:
    from grader.cases import DEFAULT_SEED
    from grader.course.secret import SeedError, exposure, read_seed
    from grader.results import LEAST_SECRET

    if seed is not None and file is not None:
        raise click.UsageError("--seed and --seed-file are two seeds; give one")
    if file is not None:
        try:
            read = read_seed(file)
        except SeedError as error:
            raise click.UsageError(str(error)) from None
        if warning := exposure(file):
            click.echo(warning, err=True)
        return read
    if seed is not None and seed < LEAST_SECRET:
        click.echo(f"Warning: students can guess seed {seed}; --seed-file FILE takes one that they can't.", err=True)
    if seed is None:
        click.echo("Warning: students know the default seed's cases; --seed-file FILE gives others.", err=True)
        return DEFAULT_SEED
    return seed


def _export(
    run: ClassRun, title: str, json_file: Path, form: str, csv_file: Path | None, feedback: Feedback | None
) -> ClassSummary:
    """Writes the results of a whole class, and sums them up."""
    from grader.classes.engine.whole_file import whole_file
    from grader.classes.files.feedback import platform_result
    from grader.classes.files.marks_table import CsvTable
    from grader.classes.files.student_names import student_names
    from grader.report.class_report.class_summary import Circumstances
    from grader.report.class_report.class_tally import Tally

    platform = PLATFORM_FORMATS.get(form)
    tally = Tally(title, Circumstances.now(run.group.seed, run.group.isolation))
    with ExitStack() as files:
        lines = files.enter_context(whole_file(json_file))
        names = [exercise.name for exercise in run.group.exercises]
        students = student_names(each.name for each in run.group.submissions)
        table = CsvTable(files.enter_context(whole_file(csv_file)), names, students) if csv_file else None
        for name, graded in run.results():
            if table:
                table.add(name, graded.record if graded else None, {} if graded else run.judged(name))
            if feedback:
                feedback.add(name, graded)
            if graded is None:
                tally.note("infrastructure", name, run.reasons.get(name, "could not be judged"))
                if platform:
                    lines.write(platform.unjudged("It could not be judged."))
                continue
            lines.write(platform_result(graded, form) if platform else json.dumps(graded.record) + "\n")
            tally.add(name, graded.record["exercises"], graded.seconds, graded.concerns, graded.findings)
    return tally.summary()
