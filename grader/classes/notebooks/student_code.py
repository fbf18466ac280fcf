"""What a student has written for an exercise, in a notebook that was handed in: for an instructor's eyes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from grader.classes.notebooks.notebook_grading import Master
from grader.classes.notebooks.student_folder import StudentFolder
from grader.course.check_call import CheckCall, check_call
from grader.course.faults import defines
from grader.course.reading import LIMIT, UnreadableError, read_notebook
from grader.sandbox.host.source_file import SubmissionFileError


def student_code(handed: StudentFolder, masters: Mapping[str, Master], exercise: str) -> dict[str, str]:
    """The cells of a student's notebooks that define functions of an exercise, each by where it stands."""
    found: dict[str, str] = {}
    for name, master in masters.items():
        calls = (check_call(each.source) for each in master.originals.values() if each.cell_type == "code")
        if call := next((each for each in calls if each and each.exercise == exercise), None):
            found |= _cells(handed, f"{name}.ipynb", call)
    return found


def _cells(handed: StudentFolder, file: str, call: CheckCall) -> dict[str, str]:
    folder = os.path.relpath(handed.path)
    try:
        with handed.opened() as opened:
            notebook = read_notebook(opened.read(file, LIMIT))
    except (SubmissionFileError, UnreadableError) as error:
        return {f"{folder}/{file}": str(error)}
    return {
        f"{folder}/{file}, cell {number}": cell.source
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and defines(cell.source, call.given)
    }
