"""The command that grades an assignment of an nbgrader course."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.class_options import (
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
from grader.cli.course_commands import enter, plain_errors, require_nbgrader
from grader.text.language import follow, preferred

if TYPE_CHECKING:
    from grader.classes.notebooks.autograding import Autograding
    from grader.classes.notebooks.settings import Settings
    from grader.classes.notebooks.student_folder import StudentFolder
    from grader.report.class_report.class_summary import ClassSummary

COLLECT = "what a platform gives for download, grader collect lays out there"
"""What is said where nobody has handed in."""


@click.command()
@click.argument("assignment")
@click.option("--student", "students", metavar="ID", multiple=True, help="A student, or a pattern; or several.")
@click.option("--force", is_flag=True, help="Grade everything anew; marks that were given by hand are kept.")
@jobs_option
@click.option("--seed-file", metavar="FILE", type=click.Path(path_type=Path), help="The seed, instead of the course's.")
@dask_option
@click.option("--report", metavar="FILE.html", type=click.Path(path_type=Path), help="The class's summary as a page.")
@code_option
@click.option("--course", metavar="DIR", type=click.Path(path_type=Path), help="The course's folder (this one).")
def autograde(
    assignment: str,
    students: tuple[str, ...],
    force: bool,
    jobs: int,
    seed_file: Path | None,
    dask: str | None,
    report: Path | None,
    code: str | None,
    course: Path | None,
) -> None:
    """Grade ASSIGNMENT, as nbgrader autograde does, but fast.

    What has been graded is kept in autograde.resume, in the course's folder: after an interruption the same command
    goes on, and later it grades what has changed. The exit status is 1 if a submission could not be graded.
    """
    from grader.reference.store import Store

    if not assignment:
        raise click.UsageError("ASSIGNMENT is empty")
    report, seed_file = (path and path.absolute() for path in (report, seed_file))
    enter(course)
    with interruptible(), plain_errors(assignment), Store().guarded():
        run, found, summary = _graded(assignment, students, force, jobs, seed_file, dask, report)
        if report:
            write_report(report, summary)
    if code:
        show_code(summary, code, run.code)
    else:
        show_summary(summary)
    if run.unknown:
        before = f"{run.unknown} of {len(found)} were graded before, and there is no record of their verdicts here"
        click.echo(f"\n{before}; --force grades them anew.", err=True)
    show_notes("Not graded; the same command tries again", run.problems)
    show_notes("Left out", run.notes)
    if run.problems:
        sys.exit(1)


def _graded(
    assignment: str,
    students: tuple[str, ...],
    force: bool,
    jobs: int,
    seed_file: Path | None,
    dask: str | None,
    report: Path | None,
) -> tuple[Autograding, list[StudentFolder], ClassSummary]:
    require_nbgrader()
    from grader.classes.engine.progress import progress
    from grader.classes.notebooks.autograding import Autograding
    from grader.classes.notebooks.gradebook import Entries
    from grader.classes.notebooks.ledger import ledger
    from grader.classes.notebooks.opened_gradebook import gradebook
    from grader.classes.notebooks.settings import read_settings
    from grader.course.first_secret import course_seed
    from grader.course.given_cells import given_cells
    from grader.course.secret import exposure, read_seed
    from grader.sandbox.host.worker import Sandbox

    settings = read_settings()
    follow(preferred(settings.language))
    directory = settings.directory
    directory.assignment_id = assignment
    secret = str(seed_file or settings.seed_file)
    require_outputs([report], _needed(settings, secret))
    seed = read_seed(secret) if seed_file else course_seed(secret, directory, partial(click.echo, err=True))
    if warning := exposure(secret):
        click.echo(warning, err=True)
    with ExitStack() as opened:
        book = opened.enter_context(gradebook(directory.db_url, directory.course_id))
        entries = Entries(book, assignment, settings.late, partial(given_cells, directory, assignment))
        known = {each.name for each in book.assignments}
        found, left = _handed_in(directory, students, known)
        kept = opened.enter_context(ledger(Path(directory.root), assignment))
        if dask is None:
            opened.enter_context(Sandbox(settings.isolation)).ready()
            warn_of_private_python()
        with progress(len(found)) as tell:
            run = Autograding(settings, entries, kept, seed, force or settings.force, tell)
            run.run(found, jobs, dask)
            run.notes.update(left)
        return run, found, run.tally(found).summary()


def _needed(settings: Settings, secret: str) -> dict[str, str | Path | None]:
    """The files that the course can't do without, by what they are."""
    from sqlalchemy.engine import make_url

    from grader.classes.notebooks.ledger import FILE
    from grader.classes.notebooks.settings import CONFIG

    url = make_url(settings.directory.db_url)
    return {
        "the seed file": secret,
        "the course's seed file": settings.seed_file,
        "the course's configuration": CONFIG,
        "the record of what is graded": Path(settings.directory.root, FILE),
        "the gradebook": url.database if url.get_backend_name() == "sqlite" else None,
    }


def _handed_in(
    directory: Any, students: tuple[str, ...], known: set[str]
) -> tuple[list[StudentFolder], dict[str, str]]:
    """The students' folders, and what is left out, and why; `known` are assignments.

    Raises CourseError if there is none.
    """
    from grader.classes.notebooks.settings import CourseError
    from grader.classes.notebooks.stray_work import stray_work
    from grader.classes.notebooks.student_folder import find
    from grader.text import quote

    wanted = students or (directory.student_id,)
    sources = Path(directory.root, directory.source_directory)
    known = known | (set(os.listdir(sources)) if sources.is_dir() else set())
    found, left = find(directory, wanted)
    left = stray_work(directory, wanted, known) | left
    if not found:
        assignment = directory.assignment_id
        place = directory.format_path(directory.submitted_directory, "STUDENT", assignment)
        also = "".join(f"; {quote.line(student)}: {quote.line(why)}" for student, why in list(left.items())[:1])
        raise CourseError(f"nobody has handed in a notebook for {assignment}: none is in {place}{also}; {COLLECT}")
    return found, left
