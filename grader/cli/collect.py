"""The command that lays out what a learning management system gives for download."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.cli.class_options import interruptible, show_notes
from grader.cli.places import short

if TYPE_CHECKING:
    from grader.classes.collecting.collection import Collection, Outcome
    from grader.classes.collecting.roster import Member, StudentList

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("archives", metavar="ARCHIVE...", nargs=-1, required=True, type=_PATH)
@click.option("--to", "target", metavar="DIR", type=_PATH, required=True, help="The class's folder.")
@click.option("--assignment", default="", help="Which assignment notebooks belong to (the one of their name).")
@click.option("--roster", metavar="FILE.csv", type=_PATH, help="The class, as nbgrader db student import takes it.")
def collect(archives: tuple[Path, ...], target: Path, assignment: str, roster: Path | None) -> None:
    """Lay out what Canvas, Moodle or Gradescope give.

    ARCHIVE is the zip that is downloaded there, or the folder in which it was unpacked. In DIR each student gets a
    folder: .py files as grader grade wants them, notebooks in a folder of the assignment, as in an nbgrader course's
    submitted/. What became of each file stands in DIR/collected.csv, and the class in DIR/students.csv. A file that was
    collected before makes way for the one that comes. The exit status is 1 if something of a student's was left out.
    """
    from grader.classes.collecting.archives import ArchiveError
    from grader.classes.collecting.collection import Collection
    from grader.classes.engine.whole_file import OutputError

    if assignment and (assignment.startswith(".") or "/" in assignment or "+" in assignment):
        raise click.UsageError(f"{assignment!r} is no assignment's name")
    made = Collection(target, _roster(target, roster), assignment, _notebooks(target, assignment))
    try:
        with interruptible():
            for archive in archives:
                try:
                    made.add(archive)
                except ArchiveError as error:
                    raise click.ClickException(f"{short(archive)}: {error}") from None
            made.write()
    except OutputError as error:
        raise click.ClickException(str(error)) from None
    _show(made, target)
    if roster:
        strangers = {each: made.roster.why_apart(each) for each in made.roster.strangers}
        show_notes(f"Not in {short(roster)}", strangers)
    numbers = {
        student: f"Moodle's folder has the number {number}, and your list, too"
        for student, number in made.roster.by_number_alone.items()
    }
    show_notes("Told apart from others of that name by a number alone; see that it is of this assignment", numbers)
    if any(each.is_loss for each in made.outcomes):
        sys.exit(1)


def _roster(target: Path, given: Path | None) -> StudentList:
    """The class as it is given, and as it was found before."""
    from grader.classes.collecting.collection import ROSTER
    from grader.classes.collecting.roster import RosterError, StudentList, read_roster

    try:
        stated = list(read_roster(given)) if given else []
        found = list(read_roster(target / ROSTER)) if (target / ROSTER).exists() else []
    except RosterError as error:
        raise click.UsageError(str(error)) from None
    # Whose number the instructor has written down is nobody else.
    numbers = {each.lms_user_id: each for each in stated if each.lms_user_id}
    kept = [each for each in found if not _is_another(each, numbers.get(each.lms_user_id))]
    return StudentList([*kept, *stated])


def _is_another(found: Member, stated: Member | None) -> bool:
    """Whether the instructor says who somebody is; one of another name has that number by chance."""
    from grader.classes.collecting.roster import name_key

    if stated is None or stated.id == found.id:
        return False
    return not stated.name or name_key(stated.name) == name_key(found.name)


def _notebooks(target: Path, assignment: str) -> tuple[str, ...]:
    """The notebooks that students were given, in the course to which the folder belongs; else those of the chapters."""
    course = target.resolve().parent
    found = [path.name for step in ("source", "release") for path in course.glob(f"{step}/{assignment or '*'}/*.ipynb")]
    return tuple(dict.fromkeys(found)) or tuple(f"{chapter}.ipynb" for chapter in catalog.chapters())


def _show(made: Collection, target: Path) -> None:
    from grader.classes.collecting.collection import LIST

    placed = [each for each in made.outcomes if each.place]
    source = f" from {' and '.join(sorted(made.platforms))}" if made.platforms else ""
    files = "1 file" if len(placed) == 1 else f"{len(placed)} files"
    click.echo(f"{_count(made.students)}{source}: {files} in {short(target)}; {short(target / LIST)} says it of each.")
    show_notes("Under another name than they were given", _said(placed, "no exercise or notebook"))
    show_notes("Left out, and to be looked at", _said([each for each in made.outcomes if each.is_loss], ""))
    if late := {each.student for each in placed if each.note.startswith("late")}:
        click.echo(f"\nHanded in late, by Canvas's mark: {', '.join(sorted(late))}", err=True)


def _count(students: set[str]) -> str:
    return "1 student" if len(students) == 1 else f"{len(students)} students"


def _said(outcomes: Iterable[Outcome], part: str) -> dict[str, str]:
    return {f"{each.archive}: {each.file}": each.note for each in outcomes if part in each.note}
