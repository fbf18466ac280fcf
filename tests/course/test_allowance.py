"""What a student wrote is shown at a bounded cost, in the feedback and in formgrader, and none of it is lost."""

from __future__ import annotations

import re
import signal
import threading
import time
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

import nbformat
import nbgrader
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config, PyFileConfigLoader

from grader.course import allowance
from grader.course.allowance import (
    CELL_SECONDS,
    MAX_HTML,
    MAX_TAGS,
    MAX_UNTIMED,
    Allowance,
    TooMuchError,
    within,
)
from grader.course.sanitise import MAX_REOPENED, highlight_code, markdown2html
from tests.course.notebooks import ROOT, source

MARKDOWN = {
    "formulas": "\\\\[" * 5_000,
    "fences": "```perl\n" + "qw(" * 100_000,
    "megabytes": "*a_[`" * 700_000,
    "reopened": "".join(f"<b id={number}>" for number in range(1_100)) + "</p><p>x" * 1_300,
}

REPEATED = {
    "pictures": ("![a](attachment:x.png)" * 20, {"x.png": {"image/png": "A" * 3_000_000}}),
    "addresses": ("[a]: http://x/" + "y" * 9_900 + "\n\n" + "[a] " * 2_400, {}),
}
"""A text, and what is attached to it: each refers again and again to something that is large."""

CODE = {"attributes": "0 and " + "a." * 150_000, "brackets": "(" * 300_000}

CATASTROPHE = (re.compile("(a+)+$"), "a" * 100 + "b")
"""A pattern and a text on which it takes more steps than there are atoms."""


def busy(seconds: float) -> str:
    """So much processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1_000))
    return ""


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_that_costs_too_much_is_shown_as_it_was_typed(name: str) -> None:
    began = time.process_time()
    assert markdown2html({}, MARKDOWN[name]) == f"<pre>{escape(MARKDOWN[name])}</pre>"
    assert time.process_time() - began < 3 * CELL_SECONDS


@pytest.mark.parametrize("name", REPEATED)
def test_what_would_make_a_page_of_many_megabytes_is_shown_as_it_was_typed(name: str) -> None:
    text, attachments = REPEATED[name]
    assert markdown2html({"cell": {"attachments": attachments}}, text) == f"<pre>{escape(text)}</pre>"


def test_a_notebook_has_room_for_so_much_html_in_all_its_cells_together() -> None:
    picture = {"x.png": {"image/png": "A" * (MAX_HTML // 2)}}
    context: Any = {"resources": {}, "cell": {"attachments": picture}}
    shown = [markdown2html(context, "![a](attachment:x.png)") for _ in range(2)]
    assert ["<img" in each for each in shown] == [True, False]


def test_what_cleans_html_is_not_left_in_its_midst() -> None:
    timers: list[tuple[float, float]] = []

    def cleaned(html: str) -> str:
        timers.append(signal.getitimer(signal.ITIMER_VIRTUAL))
        return html

    assert Allowance().render("x", str, cleaned) == "x"
    assert timers == [(0, 0)]


@pytest.mark.parametrize("name", CODE)
def test_code_that_costs_too_much_is_shown_as_it_was_typed(name: str) -> None:
    began = time.process_time()
    assert f"<pre>{CODE[name]}</pre>" in highlight_code({}, CODE[name])
    assert time.process_time() - began < 3 * CELL_SECONDS


def test_a_block_is_left_in_the_midst_of_a_regular_expression() -> None:
    pattern, text = CATASTROPHE
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TooMuchError), within(0.05):
        pattern.match(text)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) is before


def test_a_block_that_goes_on_after_every_error_is_left_too() -> None:
    pattern, text = CATASTROPHE
    with pytest.raises(TooMuchError), within(0.05), suppress(Exception):
        pattern.match(text)


def test_a_block_that_goes_on_after_it_was_to_be_left_is_left_all_the_same() -> None:
    def stubborn() -> None:
        with suppress(TooMuchError):
            busy(5)
        busy(5)

    with pytest.raises(TooMuchError), within(0.05):
        stubborn()


def test_a_block_for_which_no_time_is_left_does_not_begin() -> None:
    begun = False
    with pytest.raises(TooMuchError), within(0):
        begun = True
    assert not begun


@pytest.mark.parametrize(("bold", "is_shown"), [(200, True), (250, False)])
def test_tags_that_html_would_open_again_are_counted_before_it_does(bold: int, is_shown: bool) -> None:
    html = markdown2html({}, "<b>x</b>" * bold)
    assert (2 * bold * bold < MAX_REOPENED) == is_shown
    assert ("<b>" in html) == is_shown


def test_a_notebook_has_an_allowance_for_all_its_cells_together() -> None:
    context: Any = {"resources": {}}
    for _ in range(2):
        Allowance.of(context).render("x", lambda _: "<b>" * (MAX_TAGS // 2))
    assert markdown2html(context, "*a*") == "<pre>*a*</pre>"
    # The next notebook has its own.
    assert "<em>" in markdown2html({"resources": {}}, "*a*")


@pytest.mark.parametrize("cells", [[0.05] * 9, [0.5]], ids=["many", "one"])
def test_a_notebook_has_so_much_time_for_all_its_cells(cells: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "PAGE_SECONDS", 0.2)
    left = Allowance()
    with pytest.raises(TooMuchError):
        [left.render(str(each), lambda text: busy(float(text))) for each in cells]


def test_where_no_time_can_be_set_only_short_texts_are_rendered() -> None:
    shown: list[str] = []
    texts = ["*a*", "*a*" + "b" * MAX_UNTIMED]
    thread = threading.Thread(target=lambda: shown.extend(markdown2html({}, each) for each in texts))
    thread.start()
    thread.join()
    assert "<em>" in shown[0]
    assert shown[1] == f"<pre>{texts[1]}</pre>"


def page(filters: Any) -> str:
    """An ordinary notebook, as generate_feedback writes it with some filters."""
    templates = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(templates)]
    config.HTMLExporter.extra_template_paths = [
        str(templates.parent / "static" / "node_modules" / "bootstrap" / "dist" / "css")
    ]
    config.HTMLExporter.filters = filters
    own = {"notebook": "x", "score": 0, "max_score": 0, "late_penalty": 0}
    cells = source().cells
    for cell in cells:
        cell.metadata.setdefault("nbgrader", {})["score"] = 0
    made = nbformat.from_dict({**source(), "cells": cells, "metadata": {"language_info": {"name": "python"}}})
    html, _ = HTMLExporter(config=config).from_notebook_node(made, resources={"nbgrader": own, "inlining": {"css": []}})
    return str(html)


def test_ordinary_code_is_shown_as_nbconvert_shows_it() -> None:
    loader = PyFileConfigLoader("nbgrader_config.py", str(ROOT / "assignments"))
    ours = dict(loader.load_config().HTMLExporter.filters)
    stock = {name: filter for name, filter in ours.items() if name != "highlight_code"}
    assert len(stock) < len(ours)
    assert page(ours) == page(stock)
