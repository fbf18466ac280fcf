"""Names in a class's page: alike, long, from right to left or hostile, each stands for its student alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.report.class_report.class_page import class_page
from grader.report.class_report.class_tally import Tally
from tests.classes.test_class_roster import KNOWN
from tests.classes.test_class_summary import exercise
from tests.page.classroom import find, focused, seen
from tests.page.pages import opened, visited

NAMES = (
    "ann",
    "ann lee",
    "ann (2)",
    "ann",
    "José",
    "Jose\u0301 Ruiz",
    "محمد",
    "שרה",
    "😀 Zoë",
    "</script><b>x</b>",
    'it\'s "quoted" & <i>',
    "javascript:alert(1)",
    "a?b#c&d=e+f%20g%",
    "x" * 300,
)
"""Long, alike, from right to left, and hostile; all of them make one mistake."""


@pytest.fixture(scope="module")
def named_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of those students."""
    tally = Tally("gates")
    for name in NAMES:
        every = [exercise("relu", "failed", 1.0), exercise("add", "passed", 2.0)]
        tally.add(name, every, 1.0, {}, {"relu": [KNOWN]})
    path = tmp_path_factory.mktemp("names") / "class.html"
    path.write_text(class_page(tally.summary()), encoding="utf-8")
    return path


def test_every_name_is_its_students_alone_and_has_a_link_that_arrives(context: Any, named_file: Path) -> None:
    found, other = opened(context, named_file), visited(context, "about:blank")
    found.page.get_by_text("who: 14 students").click()
    links = found.page.locator(".who a")
    at = "(all) => all.indexOf(document.activeElement)"
    for place, name in enumerate(links.all_inner_texts()):
        links.nth(place).click()
        found.page.get_by_role("group", name=f"Verdicts on {name}", exact=True).first.wait_for()
        assert focused(found) == name
        # Of two who are called alike, it is the right one.
        assert found.page.locator(".open").evaluate_all(at) == place
        other.page.goto("about:blank")
        other.page.goto(found.page.url)
        assert other.page.locator(".open").evaluate_all(at) == place
        assert seen(other).open == [name]
        found.page.keyboard.press("Enter")
        assert seen(found).open == []
    assert (found.said, found.dialogs, other.said) == ([], [], [])
    assert found.page.locator("main script, .roster i, .roster b, .who i, .who b").count() == 0
    found.page.close()
    other.page.close()


def test_a_name_is_found_without_accents_however_it_is_written(context: Any, named_file: Path) -> None:
    found = opened(context, named_file)
    for text, count in (("jose", 2), ("JOSÉ", 2), ("Jose\u0301", 2), ("zoe", 1), ("محمد", 1), ("ann", 4)):
        find(found, text, f"{count} student{'' if count == 1 else 's'}")
    found.page.close()
