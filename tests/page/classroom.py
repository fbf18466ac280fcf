"""The page of a small class with everything in it that a row can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_summary import Circumstances
from grader.report.class_report.class_tally import Tally
from grader.results import Finding
from tests.classes.test_class_roster import KNOWN
from tests.classes.test_class_summary import MASK, UNEXPLAINED, exercise

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script>"
HOSTILE = Finding(SCRIPT, IMAGE, IMAGE + SCRIPT, theirs=(IMAGE,), diagnosis=replace(MASK, claim=IMAGE, hint=SCRIPT))

STUDENTS = 230
"""Of whom every third has a known mistake, and every third is right; the last can't be judged, the first is hostile."""


def written_class(folder: Path) -> Path:
    """The page, written in a folder."""
    tally = Tally("gates", Circumstances.now(3, "full"))
    kinds: Sequence[tuple[str, float, list[Finding]]] = (
        ("failed", 1.0, [KNOWN]),
        ("passed", 2.0, []),
        ("failed", 0.5, [UNEXPLAINED]),
    )
    for place in range(STUDENTS - 1):
        status, points, found = kinds[place % 3] if place else ("error", 0.0, [HOSTILE])
        every = [exercise("relu", status, points), exercise("add", "passed", 2.0), exercise("max", "not-started", 0.0)]
        name = f"student{place}" if place else f"{IMAGE}student0"
        tally.add(name, every, 1.0, {}, {"relu": found})
    tally.note("infrastructure", "lost", "its folder can't be opened")
    path = folder / "class.html"
    path.write_text(class_page(tally.summary()), encoding="utf-8")
    return path
