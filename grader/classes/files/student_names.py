"""What a student is called who has handed in a folder: by its name, not by the way to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

_NO_NAMES = ("exercises",)
"""Folders that are called after what is in them."""


def student_names(submissions: Iterable[str]) -> dict[str, str]:
    """The students' names, by their submissions' paths; where several have the same, it is the path."""
    names = {submission: _name(submission) for submission in submissions}
    count = Counter(names.values())
    return {submission: name if count[name] == 1 else submission for submission, name in names.items()}


def _name(submission: str) -> str:
    *above, name = submission.rstrip("/").split("/")
    return above[-1] if name in _NO_NAMES and above and above[-1] not in ("", ".", "..") else name or submission
