"""The command that writes marks into the table that a platform has exported."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.class_options import require_outputs, show_notes
from grader.cli.course_commands import enter, plain_errors, require_nbgrader
from grader.cli.places import short

if TYPE_CHECKING:
    from grader.classes.collecting.marks_sheet import Earned, MarksSheet
    from grader.classes.collecting.roster import Member

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("export", metavar="EXPORT.csv", type=_PATH)
@click.option("--to", "target", metavar="FILE.csv", type=_PATH, required=True, help="The table with the marks in it.")
@click.option("--marks", metavar="FILE.jsonl", type=_PATH, help="What grader grade --json has written.")
@click.option("--roster", metavar="FILE.csv", type=_PATH, help="The students.csv that grader collect has written.")
@click.option("--assignment", default="", help="Marks of the gradebook instead: those of this assignment.")
@click.option("--column", default="", help="The column that gets the marks, or its beginning before the number.")
@click.option("--scale", is_flag=True, help="In proportion, where the platform has another number of points.")
@click.option("--course", metavar="DIR", type=_PATH, help="The course's folder (this one), for its gradebook.")
def fill(
    export: Path,
    target: Path,
    marks: Path | None,
    roster: Path | None,
    assignment: str,
    column: str,
    scale: bool,
    course: Path | None,
) -> None:
    """Write marks into EXPORT.csv, for import where it comes from.

    That is the gradebook that Canvas has exported, Moodle's grading worksheet, or Gradescope's scores. Students are
    found by the platform's own number, or the e-mail address. Only the column of the marks changes, and a student
    without a mark keeps what stands there. The exit status is 1 if a mark has no row.
    """
    from grader.classes.collecting.marks_sheet import MarksSheet, SheetError
    from grader.classes.collecting.roster import RosterError
    from grader.classes.engine.whole_file import OutputError, whole_file

    if bool(marks) == bool(assignment) or (marks and not roster):
        raise click.UsageError("marks come from --marks FILE.jsonl with --roster FILE.csv, or from --assignment NAME")
    export, target = export.absolute(), target.absolute()
    require_outputs([target], {"the export itself": export, "the marks": marks, "the roster": roster})
    try:
        sheet = MarksSheet(export)
        earned, members = _of_files(marks, roster) if marks else _of_gradebook(assignment, roster, course)
        # Moodle and Gradescope have one column for them, whatever the assignment is called.
        place = sheet.column(column or (assignment if _is_canvas(sheet) else ""))
        earned = _fitting(earned, sheet.most(place), scale)
        lost = sheet.fill(place, earned, members)
        with whole_file(target) as file:
            file.write(sheet.text())
    except (SheetError, RosterError) as error:
        raise click.UsageError(str(error)) from None
    except OutputError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(earned) - len(lost)} marks in {place!r} of {short(target)}.")
    show_notes(f"Not in {short(export)}", dict.fromkeys(lost, "has a mark, and no row there"))
    if lost:
        sys.exit(1)


def _is_canvas(sheet: MarksSheet) -> bool:
    return any(each.column == "ID" for each in sheet.identities)


def _of_files(marks: Path, roster: Path | None) -> tuple[dict[str, Earned], Iterable[Member]]:
    """The marks that grader grade has given, by student, and the class."""
    from grader.classes.collecting.marks_sheet import Earned, SheetError
    from grader.classes.collecting.roster import read_roster
    from grader.classes.files.student_names import student_names

    try:
        with marks.open(encoding="utf-8") as file:
            records = {each["submission"]: Earned(each["points"], each["max_points"]) for each in map(json.loads, file)}
    except OSError as error:
        raise SheetError(f"{short(marks)}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise SheetError(f"{short(marks)} isn't what grader grade --json writes") from None
    names = student_names(records)
    return {names[submission]: each for submission, each in records.items()}, read_roster(roster) if roster else ()


def _of_gradebook(assignment: str, roster: Path | None, course: Path | None) -> tuple[dict[str, Earned], list[Member]]:
    """The marks of an assignment in the gradebook, by student, and its students."""
    from grader.classes.collecting.roster import read_roster

    known = list(read_roster(roster.absolute())) if roster else []
    enter(course)
    with plain_errors(assignment):
        require_nbgrader()
        from grader.classes.collecting.marks_sheet import Earned
        from grader.classes.collecting.roster import Member
        from grader.classes.notebooks.opened_gradebook import find_assignment, gradebook
        from grader.classes.notebooks.settings import read_settings
        from grader.course.exporters import marks_of

        directory = read_settings().directory
        with gradebook(directory.db_url, directory.course_id) as book:
            marks, ungraded = marks_of(book, find_assignment(book, assignment))
            members = [
                Member(each.id, each.first_name or "", each.last_name or "", each.email or "", each.lms_user_id or "")
                for each in book.students
            ]
    show_notes("Still to be graded by hand", dict.fromkeys(ungraded, "has the marks that there are"))
    return {student: Earned(score, marks.max_score) for student, score in marks.scores.items()}, known or members


def _fitting(earned: dict[str, Earned], there: set[float], scale: bool) -> dict[str, Earned]:
    """The marks as the platform takes them, which has so many points `there`. Raises SheetError."""
    from grader.classes.collecting.marks_sheet import SheetError, scaled, too_many

    ours = {each.most for each in earned.values()}
    if not there or not ours or there == ours:
        return earned
    if len(there) > 1:
        raise SheetError("the export has several numbers of points that there are")
    (most,) = there
    if scale:
        return scaled(earned, most)
    if high := too_many(earned, most):
        also = f" and {len(high) - 1} more" if len(high) > 1 else ""
        raise SheetError(f"{high[0]}{also}: more than the {most:g} points that there are in the export; see --scale")
    click.echo(f"Warning: these marks are of {max(ours):g} points, the export's of {most:g}; see --scale.", err=True)
    return earned
