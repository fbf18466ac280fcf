"""Work in the course's folder of submissions that nbgrader finds for no assignment, for it lies in no folder of one."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any

from grader.classes.collecting.work_names import is_packed

MOST_STUDENTS = 100_000
MOST_ENTRIES = 1_000
"""Names that are looked at in the class's folder, and in a student's."""

MOST_NAMES = 3


def stray_work(directory: Any, students: Sequence[str], known: Container[str]) -> dict[str, str]:
    """Notebooks and archives in no folder of a `known` assignment, by student, or by file in no student's folder.

    `students` are patterns. It is looked for where folders are arranged as nbgrader does by default.
    """
    if not directory.directory_structure.endswith(os.path.join("{student_id}", "{assignment_id}")):
        return {}
    wanted = directory.assignment_id
    above = Path(directory.format_path(directory.submitted_directory, "STUDENT", wanted)).parent.parent
    said: dict[str, str] = {}
    for entry in _entries(above, MOST_STUDENTS):
        if _is_work(entry):
            said[entry.name] = "it is in no student's folder"
        elif any(fnmatchcase(entry.name, each) for each in students) and (names := _astray(entry, known)):
            is_there = os.path.isdir(os.path.join(entry.path, wanted))
            begin = f"beside {wanted} there is" if is_there else f"there is no notebook for {wanted}, but"
            some = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
            said[entry.name] = f"{begin} {some}, which is in no assignment's folder"
    return said


def _astray(student: os.DirEntry[str], known: Container[str]) -> list[str]:
    """The names in a student's folder that are work, or have some in them, and belong to no assignment."""
    if not _is_folder(student):
        return []
    return sorted(each.name for each in _entries(student.path) if _is_work(each) or _holds_work(each, known))


def _holds_work(entry: os.DirEntry[str], known: Container[str]) -> bool:
    return entry.name not in known and _is_folder(entry) and any(map(_is_work, _entries(entry.path)))


def _entries(folder: str | Path, most: int = MOST_ENTRIES) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        return [each for each in islice(entries, most) if not each.name.startswith(".")]
    return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_work(entry: os.DirEntry[str]) -> bool:
    named = entry.name.lower().endswith(".ipynb") or is_packed(entry.name)
    return named and entry.is_file(follow_symlinks=False)
