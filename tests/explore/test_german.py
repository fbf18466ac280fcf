"""The live page in another language: nothing on it is left in English, and it is as legible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.authoring import languages
from grader.report.page.write import html
from grader.text.language import CATALOGUES, VARIABLE
from tests.explore.serving import Visit, fill, serve
from tests.faces.running import write
from tests.page.pages import serious_faults
from tests.submissions import mistaken, solution

SEEN = """
() => {
  const texts = [];
  for (const each of document.querySelectorAll("body *:not(script, style, code, math *)")) {
    texts.push(each.getAttribute("aria-label"), each.title ?? "", each.matches("textarea") ? each.value : "");
    for (const node of each.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
  }
  return [document.title, ...new Set(texts.filter(Boolean))];
}
"""

CODE = ("full", "exercises", "copies")
"""What a level, a folder and an exercise's output are called."""

WORD = re.compile(r"\b[A-Za-zÄÖÜäöüß]{3,}\b")


def words_of(texts: Iterable[str]) -> set[str]:
    """The words of some texts, without places and code."""
    plain = (re.sub(r"\{[^{}]*\}|`[^`]*`", "", text) for text in texts)
    return {word.lower() for text in plain for word in WORD.findall(text)}


def english() -> set[str]:
    """Words that stand in our messages, in no translation, and in no code."""
    known = languages.read(CATALOGUES / "de" / "LC_MESSAGES" / "handgrad.po")
    said = [forms if isinstance(forms, str) else " ".join(forms) for each in known for forms in [each.string] if forms]
    ours = [each if isinstance(each, str) else " ".join(each) for each in languages.messages().values()]
    names = [name for each in catalog.every() for name in (each.name, each.module, *each.gradients)]
    return words_of(ours) - words_of([*said, *names, *CODE])


def left_in_english(page: Any) -> list[str]:
    """What is read on a page, or told by it, that has such a word."""
    words = english()
    return [text for text in page.evaluate(SEEN) if words_of([text]) & words]


def test_a_page_in_german_has_nothing_in_english_and_is_as_legible(
    tmp_path: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "de")
    for name, mistake in (("relu", "mask-on-dout"), ("copy", "first-branch-only")):
        (wrong,) = [each for each in catalog.get(name).bank if each.id == mistake]
        write(tmp_path, name, mistaken(catalog.get(name), wrong).decode())
    write(tmp_path, "two_updates", solution(catalog.get("two_updates")).decode())
    with serve(tmp_path) as server:
        found = visit(server, width=390)
        found.page.set_default_timeout(20_000)
        page, relu = found.page, found.exercise("relu")
        copy, trained = found.exercise("copy"), found.exercise("two_updates")
        relu.locator(".choice").last.wait_for()
        page.evaluate("document.querySelector('#relu figure').stepper.asker.check({right: [1, '1'], wrong: []})")
        assert "Gib eine Zahl ein" in relu.locator(".asked .answer").text_content()
        assert "PyTorch, mit Lernrate" in trained.locator(".training p[role=status]").text_content()
        copy.locator(".nudge summary").click()
        copy.locator(".compared table").wait_for()
        assert "Gradient" in copy.locator(".compared .slope th").text_content()
        fill(relu, "x", "[1, a]")
        relu.locator(".place.stale").wait_for()
        assert "x ist keine Zahl" in relu.locator(".fault").first.text_content()
        assert page.evaluate("document.documentElement.lang") == "de"
        counted = "[0, 1, 2, 101, 0.5].map((count) => sayMany('of {count} point', 'of {count} points', count))"
        assert page.evaluate(counted) == [
            f"von {count}" for count in ("0 Punkten", "1 Punkt", "2 Punkten", "101 Punkten", "0.5 Punkten")
        ]
        flag, words = (relu.locator(each).first.bounding_box() for each in (".hg-flag", ".hg-flagged"))
        assert flag["x"] <= words["x"] < words["x"] + words["width"] <= flag["x"] + flag["width"]
        assert left_in_english(page) == []
        assert serious_faults(page, contrast=False) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert found.said == []


def test_in_english_a_page_needs_no_table_and_in_german_it_has_what_its_scripts_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 'id="said"' not in html({})
    assert '<html lang="en">' in html({})
    monkeypatch.setenv(VARIABLE, "de")
    made = html({})
    assert '<html lang="de">' in made
    assert '"step {position} of {count}":"Schritt {position} von {count}"' in made
