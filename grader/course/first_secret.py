"""A course's secret seed; where nothing was graded yet, it is made by the first run that needs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import make_url, select

from grader.course.secret import NoSeedError, SeedError, make_seed, making, read_seed, shown


def course_seed(file: str, directory: Any, tell: Callable[[str], object]) -> int:
    """The seed in a course's own file. Raises SeedError.

    If there is no such file, and no mark in the course that `directory`, nbgrader's CourseDirectory, describes, one is
    made, and a sentence told.
    """
    try:
        return read_seed(file)
    except NoSeedError:
        if _has_marks(directory):
            raise SeedError(
                f"there is no {shown(file)}, and there are marks already: bring back the seed that they came from; if "
                f"it is lost, {making(file)} makes another, and whatever is graded from then on is graded with that"
            ) from None
    seed = make_seed(file)
    tell(f"Made the course's secret seed, {shown(file)}: keep it as long as you may grade again, and never publish it.")
    return seed


def _has_marks(directory: Any) -> bool:
    autograded = Path(directory.format_path(directory.autograded_directory, ".", "."))
    if autograded.is_dir() and any(autograded.iterdir()):
        return True
    place = make_url(directory.db_url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        return False
    marks = (
        select(Grade.id)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.course_id == directory.course_id, Grade.auto_score.is_not(None))
    )
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        return gradebook.db.execute(marks.limit(1)).first() is not None
