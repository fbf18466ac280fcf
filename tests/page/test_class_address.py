"""The address of a class's page: a reload, another tab and the back button lose nothing, and every link arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.page.classroom import IMAGE, find, focused, seen, sort, turn
from tests.page.pages import Open, opened, visited


@pytest.fixture
def page(context: Any, class_file: Path) -> Iterator[Open]:
    found = opened(context, class_file)
    yield found
    assert (found.said, found.dialogs) == ([], [])
    found.page.close()


def is_in_sight(page: Open, element: Any) -> bool:
    """Whether an element is what one sees at its middle."""
    script = """(each) => {
      const box = each.getBoundingClientRect();
      return each.contains(document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2));
    }"""
    return bool(element.evaluate(script))


def test_a_reload_and_another_tab_show_the_same_table(context: Any, page: Open) -> None:
    sort(page, "relu")
    sort(page, "relu")
    find(page, "Student2", "40 students")
    page.page.get_by_label("points in the cells").click()
    for name in ("student25", "student2", "student222"):
        turn(page, name)
    before = seen(page)
    assert before.sort == ["relu descending"]
    assert (before.find, before.has_points, set(before.open)) == (
        "Student2",
        False,
        {"student25", "student2", "student222"},
    )
    page.page.reload()
    assert seen(page) == before
    other = visited(context, page.page.url)
    assert seen(other) == before
    assert focused(other) == "student222"
    other.page.close()
    find(page, "", "1 to 100 of 230 students")
    page.page.get_by_role("button", name="Next").click()
    before = seen(page)
    assert before.count == "101 to 200 of 230 students"
    page.page.reload()
    assert seen(page) == before


def test_what_is_done_in_the_moment_before_a_reload_is_kept(page: Open) -> None:
    page.page.get_by_label("Find a student").press_sequentially("student22")
    page.page.reload()
    assert (seen(page).find, seen(page).count) == ("student22", "10 students")
    page.page.evaluate("document.querySelector('.roster .open').click(); location.reload()")
    page.page.wait_for_load_state()
    page.page.locator(".panel").wait_for()
    assert seen(page).open == ["student22"]
    page.page.evaluate("document.querySelector('.roster .open').click(); location.reload()")
    page.page.wait_for_function("!document.querySelector('.panel')")
    assert (seen(page).find, seen(page).open) == ("student22", [])


def test_a_reload_keeps_what_has_been_scrolled_and_unfolded(page: Open) -> None:
    page.page.locator("summary").first.click()
    region = page.page.get_by_role("region", name="Students and exercises")
    region.evaluate("(each) => each.scrollTo(0, 700)")
    page.page.wait_for_function("history.state.top === 700 && history.state.folds[0]")
    page.page.reload()
    assert region.evaluate("(each) => each.scrollTop") == 700
    assert page.page.get_by_role("link", name="student222").is_visible()


def test_a_link_to_a_student_arrives_where_a_search_hides_them_and_the_way_back_restores_the_search(page: Open) -> None:
    page.page.locator("summary").first.click()
    turn(page, "student1")
    find(page, "student9", "11 students")
    before = seen(page)
    page.page.get_by_role("link", name="student222").click()
    panel = page.page.get_by_role("group", name="Verdicts on student222")
    panel.wait_for()
    assert focused(page) == "student222"
    assert seen(page).find == ""
    assert is_in_sight(page, page.page.locator(".open:focus"))
    assert "#student-student222" in page.page.url
    # One that the search finds leaves it as it is.
    find(page, "student2", "40 students")
    page.page.get_by_role("link", name="student24", exact=True).click()
    page.page.get_by_role("group", name="Verdicts on student24", exact=True).wait_for()
    assert seen(page).find == "student2"
    page.page.go_back()
    page.page.go_back()
    page.page.get_by_role("status").get_by_text("11 students", exact=True).wait_for()
    assert seen(page) == before


def test_a_link_takes_the_table_as_it_is_into_another_tab(context: Any, page: Open) -> None:
    sort(page, "Points")
    turn(page, "student2")
    find(page, "student2", "40 students")
    page.page.locator("summary").first.click()
    with context.expect_page() as found:
        page.page.get_by_role("link", name="student24", exact=True).click(modifiers=["ControlOrMeta"])
    other = Open(found.value)
    other.page.get_by_role("group", name="Verdicts on student24", exact=True).wait_for()
    assert focused(other) == "student24"
    assert (seen(other).find, seen(other).sort) == ("student2", ["Points of 6 ascending"])
    assert set(seen(other).open) == {"student2", "student24"}
    assert seen(page).open == ["student2"]
    other.page.close()


@pytest.mark.parametrize("name", ["nobody", "student", "student2222", "%", "%E0%A4%A"])
def test_an_address_of_nobody_says_so_and_shows_everybody(context: Any, class_file: Path, name: str) -> None:
    found = opened(context, class_file, f"#student-{name}?open={name}&sort=exercise-gone&from=9999&find=&down=")
    if name.startswith("%"):
        assert found.page.get_by_role("status").inner_text() == "201 to 230 of 230 students"
    else:
        assert found.page.get_by_role("status").inner_text() == f"“{name}” isn't on this page."
    assert seen(found).open == []
    assert seen(found).sort == ["Student descending"]
    assert found.said == []
    found.page.close()


def test_a_search_that_finds_nobody_says_so(page: Open) -> None:
    find(page, "<b>zzz", "Nobody's name has “<b>zzz” in it.")
    page.page.reload()
    assert page.page.get_by_role("status").inner_text() == "Nobody's name has “<b>zzz” in it."


def test_a_student_whose_name_an_address_has_is_gone_to(context: Any, class_file: Path) -> None:
    found = opened(context, class_file, "#student-" + quote(f"{IMAGE}student0"))
    assert found.page.get_by_role("group", name="student0").is_visible()
    found.page.goto(f"{class_file.as_uri()}#student-student150")
    found.page.get_by_role("group", name="Verdicts on student150").wait_for()
    assert focused(found) == "student150"
    assert seen(found).open == ["student150"]
    found.page.close()


def test_the_names_of_the_columns_hide_no_row_that_has_the_focus(page: Open) -> None:
    turn(page, "student40")
    for _ in range(30):
        page.page.keyboard.press("ArrowUp")
        assert is_in_sight(page, page.page.locator(".open:focus"))
    sort(page, "Student")
    turn(page, "student200")
    turn(page, "student210")
    page.page.locator(".panel a").last.focus()
    for _ in range(30):
        page.page.keyboard.press("Shift+Tab")
        assert is_in_sight(page, page.page.locator(":focus"))
