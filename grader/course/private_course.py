"""nbgrader's own converter, kept from reading submissions by their names: it gets a private copy of each instead.

nbgrader looks for a file, and opens it by its name a moment later, through links; so what it opens is ours alone.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import full_split

from grader.course.handed_in import HandedIn, Room, other_files, read
from grader.course.reading import LIMIT
from grader.course.timestamp import MAX_TIMESTAMP, TIMESTAMP, moment_of
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, UnopenedFile, opened, read_submission


class PrivateCourse(CourseDirectory):
    """A course's folders, as nbgrader's `converter` has them, but that a submission's is a copy without links.

    Of notebooks the copy has the names alone: `notebook` gives what is in them. It lasts until the submission's last
    notebook is graded, or the next submission is asked for.
    """

    def __init__(self, converter: Any) -> None:
        course = converter.coursedir
        settings = {name: getattr(course, name) for name in course.trait_names(config=True)}
        super().__init__(parent=course.parent, **settings)
        self._converter = converter
        self._opened = ExitStack()
        # nbgrader tells nobody when it has done, or has failed.
        finalize(self, self._opened.close)
        self._place = self._copy = ""
        self._folder: OpenFolder | SubmissionFileError = SubmissionFileError("there is no submission.")

    def format_path(self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False) -> str:
        """As nbgrader's; for the folder of one submission, that of its copy."""
        path: str = super().format_path(nbgrader_step, student_id, assignment_id, escape)
        if escape or nbgrader_step != self.submitted_directory or "*" in (student_id, assignment_id):
            return path
        if path != self._place:
            self._take(path)
        return self._copy

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """As nbgrader's, but that one which can't be read costs nothing but itself."""
        with suppress(SubmissionFileError):
            return moment_of(read_submission(Path(dest_path), TIMESTAMP, MAX_TIMESTAMP))[0]
        return None

    def notebook(self, path: Path) -> bytes:
        """What is in a notebook, of a submission or of ours. Raises SubmissionFileError."""
        if str(path.parent) != os.path.normpath(self._place):
            if path.name == os.path.basename(self._converter.notebooks[-1]):
                self._close()
            return read_submission(path.parent, path.name, LIMIT)
        if isinstance(self._folder, OpenFolder):
            return self._folder.read(path.name, LIMIT)
        raise self._folder

    def _take(self, path: str) -> None:
        """Has a submission copied."""
        self._close()
        self._place, self._copy = path, mkdtemp(prefix="handgrad-copy-")
        self._opened.callback(rmtree, self._copy, ignore_errors=True)
        parts, own = Path(path).parts, students_own(self)
        ours = other_files(Path(self.format_path(self.source_directory, ".", self.assignment_id)), self.ignore)
        try:
            self._folder = self._opened.enter_context(opened(Path(*parts[:-own]), *parts[-own:], anyones=True))
            self._write(read(self._folder, (), self.ignore, Room.of(self), ours), Path(self._copy))
        except SubmissionFileError as error:
            self._folder = error
            if isinstance(error, UnopenedFile):
                raise

    def _close(self) -> None:
        self._opened.close()
        self._place = self._copy = ""

    def _write(self, found: HandedIn, copy: Path) -> None:
        with closing(found.beside):
            found.beside.write(copy)
        for name in found.others:
            (copy / name).touch()
        if found.undated:
            taken = "is taken as UTC" if found.timestamp else "isn't taken as late"
            self.log.warning("%s: %s; it %s", self._place, found.undated, taken)
        for each in found.left:
            self.log.warning("%s: left out: %s", self._place, each)


def students_own(course: Any) -> int:
    """How many folders of a submission's path are the student's: what is above them is the instructor's."""
    structure = full_split(course.directory_structure)
    return len(structure) - next((place for place, each in enumerate(structure) if "{student_id}" in each), -1)
