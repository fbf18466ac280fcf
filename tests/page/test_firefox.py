"""The page in Firefox: what differs between browsers works in that one, too."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import catalog
from tests.page.firefox import Firefox, firefox
from tests.page.paper import sizes_of, texts_of


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


def test_every_exercise_opens_and_every_label_of_its_graph_has_its_room(browser: Firefox, mixed: Path) -> None:
    browser.open(mixed.as_uri())
    found = browser.run("""
      const faults = [];
      addEventListener("error", (event) => faults.push(event.message));
      for (const element of document.querySelectorAll("details.exercise")) {
        element.open = true;
        element.dispatchEvent(new Event("toggle"));
        const svg = element.querySelector("svg.hg-graph");
        if (!svg) continue;
        const [all, ...labels] = [svg, ...svg.querySelectorAll("text:not(.hg-tip text)")];
        const room = all.getBoundingClientRect();
        for (const each of labels.map((one) => one.getBoundingClientRect()))
          if (each.width && (each.left < room.left - 1 || each.right > room.right + 1)) faults.push(element.id);
      }
      return [faults, document.querySelectorAll(".exercise .body:not(:empty)").length];
    """)
    assert found == [[], len(catalog.names())]


def test_a_step_asks_and_an_answer_shows_and_a_reload_keeps_it(browser: Firefox, mixed: Path) -> None:
    browser.open("about:blank")
    browser.open(f"{mixed.as_uri()}#sigmoid?step=2")
    said = browser.run("""
      const element = document.querySelector("#sigmoid");
      const question = element.querySelector(".question").textContent;
      element.querySelector(".asked input").value = "0.1587";
      [...element.querySelectorAll(".asked button")].find((each) => each.textContent === "Check").click();
      return [question.trim(), element.querySelector(".arithmetic").textContent];
    """)
    assert said[0] == "ds[0] = ?"
    assert said[1].startswith("✓ 0.1587 is right.")
    browser.ask("WebDriver:Refresh")
    assert browser.run("return location.hash") == "#sigmoid?case=1&step=3"
    assert browser.run("return document.querySelector('#sigmoid .count').textContent") == "step 3 of 3"


def test_a_graph_becomes_a_picture(browser: Firefox, mixed: Path) -> None:
    browser.open("about:blank")
    browser.open(f"{mixed.as_uri()}#copy")
    size = browser.run("return pngOf(document.querySelector('#copy figure').stepper).then((each) => each.size, String)")
    assert isinstance(size, int), size
    assert size > 2000


def test_a_broad_graph_is_printed_on_broad_sheets_alone_and_none_of_them_is_empty(
    browser: Firefox, mixed: Path
) -> None:
    browser.open("about:blank")
    browser.open(f"{mixed.as_uri()}?only=two_layer#two_layer?all=1")
    _until(browser, "document.querySelector('.exercise > .broad')")
    pdf = base64.b64decode(browser.ask("WebDriver:Print", background=False)["value"])
    sizes, texts = sizes_of(pdf), texts_of(pdf)
    assert sizes
    assert all(width > height for width, height in sizes)
    assert all(map(str.strip, texts))


def test_a_class_is_the_same_after_a_reload_and_in_another_tab_and_on_the_way_back(
    browser: Firefox, class_file: Path
) -> None:
    browser.open("about:blank")
    browser.open(class_file.as_uri())
    seen = """
      const [head, open] = ["[aria-sort]", ".roster [aria-expanded=true]"].map((each) => document.querySelector(each));
      const first = document.querySelector(".roster .open").textContent;
      return [filter.value, head.textContent, head.ariaSort, first, open?.textContent ?? ""];
    """
    browser.run("""
      document.querySelectorAll(".roster thead button")[1].click();
      document.querySelectorAll(".roster thead button")[1].click();
      filter.value = "STUDENT22";
      filter.dispatchEvent(new InputEvent("input", { bubbles: true }));
    """)
    # The table follows when one pauses; what is typed holds at once.
    browser.ask("WebDriver:Refresh")
    browser.run("document.querySelector('.roster .open').click()")
    before = browser.run(seen)
    assert before == ["STUDENT22", "Points of 6", "descending", "student22", "student22"]
    browser.ask("WebDriver:Refresh")
    assert browser.run(seen) == before
    address = browser.run("return location.href")
    browser.open("about:blank")
    browser.open(address)
    assert browser.run(seen) == before
    assert browser.run("return document.activeElement.textContent") == "student22"
    browser.run("document.querySelector('summary').click()")
    for _ in range(2):
        # The second time the address is the same as before.
        script = "[...document.querySelectorAll('.who a')].find((each) => each.textContent === 'student3').click()"
        _until(browser, "document.querySelector('.who a')")
        browser.run(f"document.activeElement.blur(); {script}")
        _until(browser, "document.activeElement.textContent === 'student3'")
        assert browser.run(seen)[0] == ""
    browser.ask("WebDriver:Back")
    _until(browser, "filter.value === 'STUDENT22'")
    assert browser.run(seen) == before


def _until(browser: Firefox, condition: str) -> None:
    """Waits until a condition holds in the page."""
    script = (
        f"return new Promise((done) => {{ const look = () => ({condition}) ? done() : setTimeout(look, 50); look(); }})"
    )
    browser.run(script)
