"""What is printed is whole, and no sheet of it is empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.page.pages import opened
from tests.page.paper import text_of, texts_of


def test_on_paper_there_is_the_whole_graph_with_formula_and_log(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#two_layer?all=1", scheme="dark")
    exercise = page.exercise("two_layer")
    page.press(exercise, "Backward")
    log = exercise.get_by_label("Computation log").input_value().splitlines()
    page.page.emulate_media(media="print")
    # An A4 sheet on its side, without its margins.
    page.page.set_viewport_size({"width": 1047, "height": 718})
    look = """() => {
      const element = document.getElementById("two_layer");
      const svg = element.querySelector("svg.hg-graph").getBoundingClientRect();
      return {
        whole: svg.left >= 0 && svg.right <= innerWidth && svg.height < innerHeight,
        said: element.innerText,
        ground: getComputedStyle(document.body).backgroundColor,
        formula: element.querySelector("math").getBoundingClientRect().right <= innerWidth,
      };
    }"""
    found = page.page.evaluate(look)
    assert found["whole"]
    assert found["formula"]
    assert found["ground"] == "rgb(245, 246, 248)"
    for line in log:
        assert line.split("  ")[-1] in found["said"]
    assert "Computation log" in found["said"]
    # What is closed has nothing below its title: what comes next would be taken for it.
    assert "The graph as a table" not in found["said"]
    assert exercise.locator(".hg-first .hg-flagged").is_visible()
    text = text_of(page.page.pdf(prefer_css_page_size=True))
    page.page.close()
    for part in ("first wrong", "dz2 is wrong", "a2 = [0.7074]", "✗ yours = ", "L = 0.004288", *log):
        assert " ".join(part.split()) in " ".join(text.split())


@pytest.mark.parametrize(("name", "width"), [("relu", 703), ("two_layer", 1047)])
def test_no_room_below_the_last_line_makes_an_empty_sheet(context: Any, mixed: Path, name: str, width: int) -> None:
    page = opened(context, mixed, f"#{name}?all=1", width=width)
    page.page.emulate_media(media="print")
    room = """([name]) => {
      const bottom = (element) => element.getBoundingClientRect().bottom;
      return bottom(document.documentElement) - bottom(document.querySelector(`#${name} .printed`));
    }"""
    assert page.page.evaluate(room, [name]) < 1
    page.page.close()


def test_an_exercise_begins_below_the_one_before_it(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#relu?all=1", width=703)
    page.exercise("sigmoid")
    page.page.emulate_media(media="print")
    room = """() => {
      const place = (name) => document.querySelector(name).getBoundingClientRect();
      return place("#sigmoid").top - place("#relu .printed").bottom;
    }"""
    assert page.page.evaluate(room) >= 10
    page.page.close()


def test_a_graph_stands_on_the_sheet_of_its_title(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "?only=two_layer#two_layer?all=1")
    page.exercise("two_layer")
    sheets = texts_of(page.page.pdf(prefer_css_page_size=True))
    page.page.close()
    assert len(sheets) > 1
    (titled,) = [each for each in sheets if "Computation graph" in each]
    assert "part 1 of 2" in titled
