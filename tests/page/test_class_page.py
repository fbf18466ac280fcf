"""A class's page in a real browser: found, sorted, opened and printed, by mouse, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.classes.test_class_roster import KNOWN
from tests.classes.test_class_summary import MASK
from tests.page.classroom import IMAGE, SCRIPT, STUDENTS, focused, names
from tests.page.pages import Open, opened, serious_faults
from tests.page.paper import text_of


@pytest.fixture
def page(context: Any, class_file: Path) -> Iterator[Open]:
    found = opened(context, class_file)
    yield found
    assert (found.said, found.dialogs, found.requests) == ([], [], [class_file.as_uri()])
    found.page.close()


def row(page: Open, name: str) -> Any:
    """The row of a student."""
    return page.page.locator(".roster tbody tr", has=page.page.get_by_role("button", name=name, exact=True))


def press(page: Open, *keys: str) -> None:
    for key in keys:
        page.page.keyboard.press(key)


def test_a_row_opens_the_students_verdicts_in_words_and_text_stays_text(page: Open) -> None:
    row(page, "student3").locator(".total").click()
    panel = page.page.get_by_role("group", name="Verdicts on student3")
    said = panel.inner_text()
    for part in ("relu 1/2", KNOWN.headline, KNOWN.call, KNOWN.fact, MASK.claim, "Look at x.", "not started: max"):
        assert part in said
    row(page, "student3").locator(".total").click()
    assert not panel.is_visible()
    row(page, f"{IMAGE}student0").locator(".open").click()
    said = page.page.get_by_role("group", name="student0").inner_text()
    assert said.count(SCRIPT) == 3
    assert said.count(IMAGE) == 4
    assert page.page.locator("main img, main script").count() == 0


def test_a_cell_has_its_status_in_a_sign_a_colour_and_a_word(page: Open) -> None:
    cells = row(page, "student3").locator(".at")
    looks = "(each) => [getComputedStyle(each, '::before').content, getComputedStyle(each).backgroundColor]"
    found = [cells.nth(place).evaluate(looks) for place in range(3)]
    assert [sign.partition(" / ")[0] for sign, _ in found] == ['"✗"', '"✓"', '"○"']
    assert len({colour for _, colour in found}) == 3
    said = row(page, "student3").aria_snapshot()
    assert "not right yet" in said
    assert "passed" in said


def test_columns_sort_both_ways_and_pages_hold_a_hundred(page: Open) -> None:
    assert names(page)[:12] == [f"{IMAGE}student0", "lost", *(f"student{place}" for place in range(1, 11))]
    assert len(names(page)) == 100
    page.page.get_by_role("button", name="Next").click()
    assert page.page.get_by_role("status").inner_text() == f"101 to 200 of {STUDENTS} students"
    assert names(page)[0] == "student99"
    relu = page.page.get_by_role("columnheader", name="relu")
    relu.get_by_role("button").click()
    assert relu.get_attribute("aria-sort") == "ascending"
    assert names(page)[:4] == ["lost", f"{IMAGE}student0", "student2", "student5"]
    relu.get_by_role("button").click()
    assert relu.get_attribute("aria-sort") == "descending"
    assert page.page.locator("[aria-sort]").count() == 1
    # Those who are equal stay in the order of their names.
    assert names(page)[:76] == [f"student{place}" for place in range(1, STUDENTS - 1, 3)]
    page.page.get_by_label("Find a student").fill("DENT22")
    page.page.get_by_role("status").get_by_text("10 students", exact=True).wait_for()


def test_a_mistake_leads_to_its_students_and_they_lead_back(page: Open) -> None:
    mistake = page.page.locator(".mistake", has_text=MASK.claim).last
    assert mistake.locator("b").inner_text() == "76"
    mistake.get_by_text("who: 76 students").click()
    assert mistake.get_by_role("link").count() == 76
    mistake.get_by_role("link", name="student222").click()
    assert focused(page) == "student222"
    page.page.get_by_role("group", name="student222").get_by_text("the same mistake as 75 others").click()
    assert page.page.evaluate("document.activeElement.id") == mistake.get_attribute("id")
    assert mistake.evaluate("(each) => each.getBoundingClientRect().top < innerHeight")
    # The address is the same as before.
    mistake.get_by_role("link", name="student222").click()
    press(page, "Escape")
    mistake.get_by_role("link", name="student222").click()
    assert page.page.get_by_role("group", name="student222").is_visible()


def test_the_keyboard_alone_does_it_all(page: Open) -> None:
    page.page.get_by_label("Find a student").focus()
    press(page, "Tab", "Tab", "Tab")
    assert focused(page) == "Student"
    press(page, "Tab", "Enter")
    assert page.page.get_by_role("columnheader", name="Points of 6").get_attribute("aria-sort") == "ascending"
    press(page, "Tab", "Tab", "Tab", "Tab", "ArrowDown", "ArrowDown", "Enter")
    assert focused(page) == "student2"
    panel = page.page.get_by_role("group", name="Verdicts on student2")
    assert panel.is_visible()
    press(page, "Tab", "Escape")
    assert not panel.is_visible()
    assert focused(page) == "student2"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_serious_and_a_phone_needs_no_sideways_scrolling(
    context: Any, class_file: Path, width: int, scheme: str
) -> None:
    found = opened(context, class_file, "#student-student3", width, scheme)
    assert found.page.get_by_role("group", name="Verdicts on student3").is_visible()
    found.page.get_by_label("Find a student").fill("student3")
    assert serious_faults(found.page, contrast=True) == []
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    box = found.page.get_by_role("group", name="Verdicts on student3").bounding_box()
    assert box["width"] <= width
    found.page.get_by_label("Find a student").fill("lost")
    why = found.page.get_by_text("not judged: its folder can't be opened")
    why.wait_for()
    box = why.bounding_box()
    assert box["x"] + box["width"] <= width
    found.page.close()


def test_on_paper_every_student_has_a_row_that_is_not_cut_off(page: Open) -> None:
    page.page.get_by_role("button", name="Next").click()
    page.page.emulate_media(media="print")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(page)) == STUDENTS
    table = page.page.locator(".students .wide")
    assert table.evaluate("(each) => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight")
    assert row(page, "student3").bounding_box()["height"] < 25, "a name in pieces"
    page.page.locator("summary").first.evaluate("(each) => each.click()")
    page.page.wait_for_function("history.state.folds[0]")
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert names(page)[0] == "student99"
    assert page.page.url.endswith("#?from=101")


def test_on_paper_every_page_of_the_table_has_the_names_of_its_columns(page: Open) -> None:
    for name in ("student1", "student9", "student90"):
        row(page, name).get_by_role("button").click()
    said = text_of(page.page.pdf(prefer_css_page_size=True))
    assert f"student{STUDENTS - 2}" in said
    assert said.count("Points of 6") >= STUDENTS // 60
