"""Attacks on the grader's own process, outside the sandbox: what is handed in makes it work, or leads it astray.

A burden is a whole submission, as an attack on the sandbox is. To add one, add a row to `FILES` or to `NOTEBOOKS`: a
name, what it tries, what makes it, and the most that it may cost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import catalog
from tests import submissions

RELU = catalog.get("relu")

SOLUTION = submissions.solution(RELU).decode()

FILE = f"{RELU.module}.py"

Build = Callable[[Path], None]
"""Makes the submission in a folder that is empty."""


@dataclass(frozen=True)
class Burden:
    """One attack on the grader's process.

    `purpose` says what it tries. It may earn `earns` points, no more and no less; the run may take `seconds` longer for
    it, which is less than its own limit, and each of the grader's processes `megabytes` more.
    """

    name: str
    purpose: str
    build: Build
    earns: float = 0.0
    seconds: float = 10.0
    megabytes: float = 200.0


def file(text: str) -> Build:
    """A submission of one file."""

    def build(folder: Path) -> None:
        (folder / FILE).write_text(text, encoding="utf-8", newline="")

    return build


def right(comment: str) -> Build:
    """The worked solution with a comment at its end."""
    return file(f"{SOLUTION}# {comment}\n")


MARKS = "e" + "\u0301\u0323" * (250 << 10)
"""Almost a mebibyte of combining marks: to bring them in order takes time quadratic in their number."""

FILES = (
    Burden("marks", "A right answer with a comment of combining marks, which is normalised.", right(MARKS), earns=2),
)
"""Those that `grader grade` is given, in one run."""
