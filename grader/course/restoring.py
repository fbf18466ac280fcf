"""A submitted notebook as it should have been: what is the instructor's is restored before anything looks at it.

nbgrader's own DeduplicateIds and OverwriteCells give up on some of what students do (a copied cell, a deleted cell
after another deleted one, metadata that make a test cell a solution), and then the whole submission has no mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.course.hidden_tests import BEGIN
from grader.course.reading import new_cell


@dataclass(frozen=True)
class Original:
    """A cell as the gradebook knows it; `marks` are its metadata for nbgrader."""

    cell_type: str
    source: str
    marks: Mapping[str, Any]

    @property
    def is_fixed(self) -> bool:
        """Whether it is the instructor's: what is locked, and every test cell, as nbgrader has it."""
        return bool(self.marks["locked"] or (self.marks["grade"] and not self.marks["solution"]))


def originals(notebook: Any) -> dict[str, Original]:
    """The cells of a notebook of nbgrader's gradebook, by id."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded, tasks, solutions = (
        {cell.name for cell in cells} for cells in (notebook.grade_cells, notebook.task_cells, notebook.solution_cells)
    )
    return {
        cell.name: Original(
            cell.cell_type,
            cell.source,
            {
                "grade": cell.name in graded,
                "grade_id": cell.name,
                "locked": bool(cell.locked),
                "solution": cell.name in solutions,
                "task": cell.name in tasks,
                "schema_version": 3,
                "cell_type": cell.cell_type,
                "checksum": cell.checksum,
                **({"points": points[cell.name]} if cell.name in points else {}),
            },
        )
        for cell in notebook.source_cells
    }


def restored(cells: list[Any], wanted: Mapping[str, Original]) -> list[Any]:
    """The cells with the instructor's as they were; missing ones at the end, and if they aren't graded at the start.

    Of several cells with one id the last one counts. An id that the instructor didn't give means nothing. What was done
    is noted in `metadata.handgrad.note`, which is shown with the verdict.
    """
    ids = [_id(cell) for cell in cells]
    count = Counter(ids)
    last = {grade_id: number for number, grade_id in enumerate(ids)}
    found = []
    for number, cell in enumerate(cells):
        original = wanted.get(ids[number])
        if original is None or last[ids[number]] != number:
            cell.metadata = {}
            found.append(cell)
        else:
            found.append(_restored(cell, original, count[ids[number]]))
    missing = [_missing(original) for grade_id, original in wanted.items() if grade_id not in last]
    before = [cell for cell in missing if not cell.metadata["nbgrader"]["grade"]]
    # What is locked first: it may be what the others import.
    before.sort(key=lambda cell: not cell.metadata["nbgrader"]["locked"])
    return [*before, *found, *(cell for cell in missing if cell not in before)]


def note_of(cell: Any) -> str:
    """What was restored in a cell, or ""."""
    return str(cell.metadata.get("handgrad", {}).get("note", ""))


def _id(cell: Any) -> str:
    marks = cell.metadata.get("nbgrader")
    grade_id = marks.get("grade_id") if isinstance(marks, Mapping) else None
    return grade_id if isinstance(grade_id, str) else ""


def _restored(cell: Any, original: Original, copies: int) -> Any:
    notes = []
    source = cell.source
    if cell.cell_type != original.cell_type:
        notes.append("this cell's type was changed")
    if original.is_fixed and source != original.source:
        # Hidden tests are cut out of what students get.
        if BEGIN not in original.source:
            notes.append("this cell was edited; the original is what counts")
        source = original.source
    if copies > 1:
        notes.append(f"there are {copies} cells with this id; the last one counts")
    return _cell(original, source, "; ".join(notes), cell.get("attachments"))


def _missing(original: Original) -> Any:
    return _cell(original, original.source, "this cell was missing, and was put back")


def _cell(original: Original, source: str, note: str, attachments: Any = None) -> Any:
    metadata = {"nbgrader": dict(original.marks)} | ({"handgrad": {"note": note}} if note else {})
    name = f"original-{original.marks['grade_id']}"[:64]
    return new_cell(original.cell_type, name, metadata, source, attachments)
