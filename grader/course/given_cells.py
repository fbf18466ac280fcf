"""What students are given in cells that nbgrader doesn't know: headings, questions, all that the instructor wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.course.reading import UnreadableError, read_notebook

_KNOWN = ("grade", "solution", "locked", "task")


def given_cells(course: Any, assignment: str, notebook: str) -> frozenset[str]:
    """The texts of such cells in an assignment's notebook, as `plain_text` has them, of nbgrader's `course`.

    Where there is no such notebook here, there are none.
    """
    found: set[str] = set()
    for step in (course.source_directory, course.release_directory):
        path = Path(course.format_path(step, ".", assignment), f"{notebook}.ipynb")
        with suppress(OSError, UnreadableError):
            found |= set(_plain_cells(read_notebook(path.read_bytes())))
    return frozenset(found)


def plain_text(source: str) -> str:
    """A cell's text, whose blanks and line breaks mean nothing."""
    return " ".join(source.split())


def _plain_cells(notebook: Any) -> Iterator[str]:
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if not any(marks.get(each) for each in _KNOWN):
            yield plain_text(cell.source)
