"""What a submission's marks depend on, as a key: while that is the same, nothing is graded anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from grader import catalog
from grader.classes.engine import fingerprint
from grader.classes.notebooks.notebook_grading import Master

_AND = "/"
"""Between what the grading depends on and what the late penalty does."""


def assignment_key(
    exercises: Iterable[str],
    masters: Mapping[str, Master],
    beside: Iterable[tuple[str, bytes]],
    judging: tuple[Any, ...],
) -> str:
    """What all marks and outputs depend on besides the submission.

    `beside` are the instructor's other files; `judging` is whatever else is the same for all.
    """
    digest = hashlib.sha256()
    for path, content in beside:
        digest.update(f"{path} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    prints = [fingerprint.of_exercise(catalog.get(name)) for name in exercises]
    cells = {
        name: [(each.cell_type, each.source, sorted(each.marks.items())) for each in master.originals.values()]
        for name, master in masters.items()
    }
    given = {name: sorted(master.given) for name, master in masters.items()}
    digest.update(repr((prints, cells, given, judging)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def submission_key(assignment: str, submission: str, lateness: str) -> str:
    """A submission's key, of the assignment's, its own digest, and what its late penalty depends on."""
    return f"{_digest(f'{assignment} {submission}')}{_AND}{_digest(lateness)}"


def grading_of(key: str) -> str:
    """What the grading depends on, of a submission's key."""
    return key.partition(_AND)[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
