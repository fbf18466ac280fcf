"""What students have handed in, as nbgrader finds it: whose folders there are, and what is in one."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from grader.course.handed_in import MAX_ENTRIES, HandedIn, Room, is_notebook
from grader.course.handed_in import read as read_handed_in
from grader.course.private_course import students_own
from grader.course.timestamp import MAX_TIMESTAMP, TIMESTAMP, moment_of
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, opened, read_submission


class OddSubmissionError(Exception):
    """A submission that can't be graded at all; the message says why."""


@dataclass(frozen=True)
class StudentFolder:
    """A student's folder for the assignment; the last `own` folders of its path are the student's to write in."""

    student: str
    path: Path
    own: int = 1

    def opened(self) -> AbstractContextManager[OpenFolder]:
        """It, held open. Raises SubmissionFileError."""
        parts = self.path.parts
        return opened(Path(*parts[: -self.own]), *parts[-self.own :], anyones=True)


def find(directory: Any, students: Sequence[str]) -> tuple[list[StudentFolder], dict[str, str]]:
    """The folders of `students`, patterns as nbgrader has them, in its order; and of those that are left out, why.

    Folders that can't be opened are among the first: who knows what is in them.
    """
    found, left = [], {}
    for each in every(directory, students):
        try:
            with each.opened() as folder:
                names = _first_names(folder)
        except SubmissionFileError:
            found.append(each)
            continue
        if names is None:
            found.append(each)
        else:
            some = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            left[each.student] = f"there is no notebook, but {some}" if names else "there is nothing in it"
    hidden = [f".{each}" for each in students if each.startswith("*")]
    for each in every(directory, hidden):
        left[each.student] = f"its name begins with a dot; --student={each.student} grades it"
    return found, left


def _first_names(folder: OpenFolder) -> list[str] | None:
    """The first names in a folder, if there is no notebook; None where there is one, or so many files that it may be.

    The assignment's notebooks are looked for by their names later.
    """
    names = [entry.name for entry in islice(folder.entries(), MAX_ENTRIES)]
    return None if len(names) == MAX_ENTRIES or any(map(is_notebook, names)) else sorted(names)[:4]


def every(directory: Any, students: Iterable[str], step: str = "") -> Iterator[StudentFolder]:
    """The folders of `students`, patterns, in one of nbgrader's steps, that of what was handed in if none is named."""
    step = step or directory.submitted_directory
    wanted = re.escape(directory.assignment_id)
    pattern = directory.format_path(step, "(?P<student>.*)", wanted, escape=True)
    excluded = directory.student_id_exclude.split(",")
    places = (directory.format_path(step, each, directory.assignment_id) for each in students)
    for path in sorted({path for place in places for path in glob.glob(place)}):
        named = re.fullmatch(pattern, path, re.DOTALL)
        if named and named["student"] not in excluded:
            yield StudentFolder(named["student"], Path(path), students_own(directory))


def read(
    handed: StudentFolder, notebooks: Iterable[str], ignored: Sequence[str], room: Room, ours: Iterable[str] = ()
) -> HandedIn:
    """What a student has handed in, as `grader.course.handed_in` reads it. Raises OddSubmissionError, and OSError."""
    try:
        with handed.opened() as folder:
            return read_handed_in(folder, notebooks, ignored, room, ours)
    except SubmissionFileError as error:
        raise OddSubmissionError(str(error).rstrip(".")) from None


def timestamp(folder: Path) -> datetime | None:
    """What a folder of the instructor's says when its submission was handed in, in UTC."""
    try:
        return moment_of(read_submission(folder, TIMESTAMP, MAX_TIMESTAMP))[0]
    except SubmissionFileError:
        return None
