"""The page of a small class with everything in it that a row can show, and what is seen and done there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_summary import Circumstances
from grader.report.class_report.class_tally import Tally
from grader.results import Finding
from tests.classes.test_class_roster import KNOWN
from tests.classes.test_class_summary import MASK, UNEXPLAINED, exercise
from tests.page.pages import Open

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


def names(page: Open) -> list[str]:
    return [each.strip() for each in page.page.locator(".roster .open").all_text_contents()]


def focused(page: Open) -> str:
    return str(page.page.evaluate("document.activeElement.textContent")).strip()


@dataclass(frozen=True)
class Table:
    """What is seen of the table."""

    find: str
    sort: Sequence[str]
    first: str
    count: str
    has_points: bool
    open: Sequence[str]


def seen(page: Open) -> Table:
    heads = page.page.locator("[aria-sort]")
    return Table(
        page.page.get_by_label("Find a student").input_value(),
        [f"{each.inner_text()} {each.get_attribute('aria-sort')}" for each in heads.all()],
        names(page)[0],
        page.page.get_by_role("status").inner_text(),
        page.page.get_by_label("points in the cells").is_checked() and not page.page.locator(".signs").count(),
        [each.strip() for each in page.page.locator(".roster .open[aria-expanded=true]").all_text_contents()],
    )


def sort(page: Open, column: str) -> None:
    page.page.get_by_role("columnheader", name=column).get_by_role("button").click()


def turn(page: Open, name: str) -> None:
    page.page.locator(".roster").get_by_role("button", name=name, exact=True).click()


def find(page: Open, text: str, count: str) -> None:
    page.page.get_by_label("Find a student").fill(text)
    page.page.get_by_role("status").get_by_text(count, exact=True).wait_for()
