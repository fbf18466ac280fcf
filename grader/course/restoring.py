"""A submitted notebook as it should have been: what is the instructor's is restored before anything looks at it.

nbgrader's own DeduplicateIds and OverwriteCells give up on some of what students do (a copied cell, a deleted cell
after another deleted one, metadata that make a test cell a solution), and then the whole submission has no mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from typing import Any

from grader.course.given_cells import plain_text
from grader.course.hidden_tests import BEGIN
from grader.course.reading import new_cell

ELSEWHERE = "Handgrad: nothing was written here. The answer may stand in a cell beside this one."
"""What is written into an answer that isn't one, so that nbgrader leaves the mark to a person."""


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

    @property
    def is_answer(self) -> bool:
        """Whether a person grades what a student writes in it."""
        return bool(self.marks["grade"] and self.marks["solution"])

    @property
    def points_by_hand(self) -> float:
        """The points that a person gives for it."""
        return float(self.marks.get("points", 0)) if self.is_answer or self.marks["task"] else 0.0


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


def restored(cells: list[Any], wanted: Mapping[str, Original], given: Container[str] = frozenset()) -> list[Any]:
    """The cells with the instructor's as they were; missing ones at the end, and if they aren't graded at the start.

    Of several cells with one id the last one counts. An id that the instructor didn't give means nothing. What was done
    is noted in `metadata.handgrad.note`, which is shown with the verdict. `given` are the texts of cells without an id,
    where they are known: an answer that is the stub, beside a cell that isn't among them, is left to a person.
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
    made = [*before, *found, *(cell for cell in missing if cell not in before)]
    if given:
        displaced = {grade_id for grade_id in wanted if count[grade_id] != 1}
        _leave_to_a_person(made, wanted, given, displaced)
    return made


def note_of(cell: Any) -> str:
    """What was restored in a cell, or ""."""
    return str(cell.metadata.get("handgrad", {}).get("note", ""))


def _leave_to_a_person(
    cells: Sequence[Any], wanted: Mapping[str, Original], given: Container[str], displaced: Container[str]
) -> None:
    """Notes in each answer that is still the stub if what the student wrote elsewhere may be the answer.

    That is a cell below it, or text above it; and if the answer's cell is `displaced`, deleted or copied, any cell.
    """
    ours = {plain_text(each.source) for each in wanted.values()} | {""}
    texts = ["" if _id(cell) else plain_text(cell.source) for cell in cells]
    written = [bool(text) and text not in given and text not in ours for text in texts]
    for number, cell in enumerate(cells):
        original = wanted.get(_id(cell))
        if original is None or not original.is_answer or cell.source != original.source:
            continue
        below = takewhile(lambda place: not _id(cells[place]), range(number + 1, len(cells)))
        above = takewhile(lambda place: not _id(cells[place]), range(number - 1, -1, -1))
        text = (place for place in above if cells[place].cell_type == "markdown")
        if any(written[place] for place in chain(below, text)) or (_id(cell) in displaced and any(written)):
            _point_elsewhere(cell)


def _point_elsewhere(cell: Any) -> None:
    comment = f"*{ELSEWHERE}*" if cell.cell_type == "markdown" else f"# {ELSEWHERE}"
    cell.source = f"{cell.source}\n\n{comment}"
    note = "; ".join(filter(None, [note_of(cell), "it is as it was given, and the answer may stand in another cell"]))
    cell.metadata["handgrad"] = {"note": note}


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
        # Hidden tests are cut out of what students get; and what was given may have been another version.
        if BEGIN not in original.source and not _is_as_given(cell):
            notes.append("this cell was edited; the original is what counts")
        source = original.source
    if copies > 1:
        notes.append(f"there are {copies} cells with this id; the last one counts")
    return _cell(original, source, "; ".join(notes), cell.get("attachments"))


def _is_as_given(cell: Any) -> bool:
    """Whether a cell has the checksum that nbgrader gave it with an assignment, perhaps an earlier version."""
    # A class's workers import nothing else of nbgrader's, which takes longer than all the rest.
    from nbgrader.utils import compute_checksum

    marks = cell.metadata["nbgrader"]
    try:
        return bool(marks.get("checksum") == compute_checksum(cell))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return False


def _missing(original: Original) -> Any:
    return _cell(original, original.source, "this cell was missing, and was put back")


def _cell(original: Original, source: str, note: str, attachments: Any = None) -> Any:
    metadata = {"nbgrader": dict(original.marks)} | ({"handgrad": {"note": note}} if note else {})
    name = f"original-{original.marks['grade_id']}"[:64]
    return new_cell(original.cell_type, name, metadata, source, attachments)
