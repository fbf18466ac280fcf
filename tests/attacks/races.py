"""What students swap for a link, again and again, while they are graded: see test_races.py.

Nobody may earn a point by it, learn a word of the instructor's, or disturb an honest submission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.burdens import FILE
from tests.course.courses import ASSIGNMENT

SECRETS, SOLUTIONS = "secrets", "solutions"
"""Folders of the instructor's, laid out as a submission is."""


@dataclass(frozen=True)
class Swap:
    """One race: which path of a student's own, in the folder `mine`, and the target of the link, below `theirs`."""

    name: str
    purpose: str
    pair: Callable[[Path, Path], tuple[Path, Path]]


def _neighbour(mine: Path) -> Path:
    return mine.with_name(f"h{int(mine.name[1:]) - 1}")


FILE_SWAPS = (
    Swap(
        "exercises",
        "The folder exercises, for a link to the solutions.",
        lambda mine, theirs: (mine / "exercises", theirs / SOLUTIONS),
    ),
    Swap(
        "file",
        "The file, for a link to the solution.",
        lambda mine, theirs: (mine / FILE, theirs / SOLUTIONS / FILE),
    ),
    Swap("folder", "The whole folder, for a link to the solutions.", lambda mine, theirs: (mine, theirs / SOLUTIONS)),
    Swap("private", "The whole folder, for a link to private files.", lambda mine, theirs: (mine, theirs / SECRETS)),
    Swap("neighbour", "The whole folder, for a link to a neighbour's.", lambda mine, _: (mine, _neighbour(mine))),
)
"""What a class of files swaps, by turns."""

NOTEBOOK_SWAPS = (
    Swap("assignment", "The assignment's folder, for a link.", lambda mine, theirs: (mine, theirs / SECRETS)),
    Swap("student", "The student's folder, for a link.", lambda mine, theirs: (mine.parent, theirs / SECRETS)),
    Swap(
        "notebook",
        "The notebook, for a link to the solved one.",
        lambda mine, theirs: (mine / f"{ASSIGNMENT}.ipynb", theirs / SECRETS / f"{ASSIGNMENT}.ipynb"),
    ),
    Swap(
        "data",
        "A folder beside the notebook, for a link to private files.",
        lambda mine, theirs: (mine / "data", theirs / SECRETS),
    ),
    Swap(
        "notes",
        "A file beside the notebook, for a link to a private one.",
        lambda mine, theirs: (mine / "notes.txt", theirs / SECRETS / "notes.txt"),
    ),
)
"""What a class of notebooks swaps, by turns."""
