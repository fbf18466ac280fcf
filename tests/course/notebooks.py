"""Notebooks to judge: an assignment of two exercises, a test of the instructor's, a question; and submissions."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader import catalog
from grader.authoring.chapter_notebook import notebook
from grader.authoring.questions import Question

ROOT = Path(__file__).parents[2]

EXERCISES = ("relu", "affine")

QUESTION = Question("why", "Why do gradients add up?", "Because nudges do.", ("A nudge moves both.", "Effects add up."))

SEED = 987_654_321_012_345_678

OWN_TEST = """\
assert relu_forward(np.array([-1.0, 2.0]))[0].tolist() == [0, 2]
assert relu_backward(np.array([3.0]), relu_forward(np.array([1.0]))[1]).tolist() == [3]
"""

Edit = Callable[[Any], None]


def source() -> Any:
    """The instructor's notebook: relu (2 points), affine (3), a plain test (1), a question (2)."""
    exercises = [catalog.get(name) for name in EXERCISES]
    solutions = {each.name: (ROOT / "solutions" / f"{each.module}.py").read_text() for each in exercises}
    made = nbformat.reads(notebook("Chapter 3: Layers", exercises, solutions, [QUESTION]), as_version=4)
    cell = new_code_cell(OWN_TEST, id="relu-own", metadata={"nbgrader": marks("relu-own", grade=True, points=1)})
    made.cells.insert(place(made, "relu-check") + 1, cell)
    return made


def marks(grade_id: str, **given: Any) -> dict[str, Any]:
    """nbgrader's metadata for a locked cell."""
    own = {"grade": False, "grade_id": grade_id, "locked": True, "schema_version": 3, "solution": False, "task": False}
    return own | given


def released() -> Any:
    """What students get: the stubs."""
    made = source()
    for cell in made.cells:
        cell.source = re.sub(
            r"### BEGIN SOLUTION\n.*?### END SOLUTION", 'raise NotImplementedError("yours to write")', cell.source,
            flags=re.DOTALL,
        )  # fmt: skip
    return made


def place(made: Any, grade_id: str) -> int:
    """Where the cell with an id is."""
    return next(
        number
        for number, cell in enumerate(made.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def named(made: Any, grade_id: str) -> Any:
    """The cell with an id."""
    return made.cells[place(made, grade_id)]


def answered(**bodies: str) -> Any:
    """A notebook with every solution in place, but for the cells whose whole text is given by id."""
    made = source()
    for grade_id, text in bodies.items():
        named(made, grade_id.replace("_check", "-check").replace("_own", "-own")).source = text
    return made


def replaced(grade_id: str, old: str, new: str, made: Any = None) -> Any:
    """A solved notebook in whose cell `old` became `new`."""
    made = source() if made is None else made
    cell = named(made, grade_id)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    return made


def before_all(text: str, made: Any = None) -> Any:
    """A notebook that begins with another code cell."""
    made = source() if made is None else made
    made.cells.insert(0, new_code_cell(text, id="first"))
    return made


def with_markdown(text: str) -> Any:
    """A solved notebook with another text cell at its end."""
    made = source()
    made.cells.append(new_markdown_cell(text, id="last"))
    return made


def with_copy(grade_id: str) -> Any:
    """A solved notebook in which a cell stands twice."""
    made = source()
    number = place(made, grade_id)
    copied = copy.deepcopy(made.cells[number])
    copied.id = "copy"
    made.cells.insert(number, copied)
    return made


def without(*grade_ids: str, made: Any = None) -> Any:
    """A notebook from which cells were deleted."""
    made = source() if made is None else made
    made.cells = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in grade_ids]
    return made
