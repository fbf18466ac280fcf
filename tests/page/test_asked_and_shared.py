"""An exercise that isn't solved asks before it shows; and an address, a picture or a page of one exercise is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.faces.running import grader
from tests.page.pages import Open, count, opened, serious_faults
from tests.page.test_page import data


@pytest.fixture(scope="module")
def page(context: Any, mixed: Path) -> Iterator[Open]:
    """One page for all that looks at one exercise."""
    found = opened(context, mixed, "#sigmoid")
    yield found
    assert found.said == []
    found.page.close()


ONE_CLICK = """
(statuses) => {
  const leaks = [];
  let tried = 0;
  for (const [name, status] of Object.entries(statuses)) {
    const element = document.getElementById(name);
    element.open = true;
    element.dispatchEvent(new Event("toggle"));
    const figure = element.querySelector("figure.graph");
    if (!figure || status === "passed") continue;
    const { stepper } = figure;
    const [first] = stepper.graph.asks ?? [];
    if (!first) continue;
    const hidden = stepper.graph.asks.map((each) => stepper.graph.steps[each.step]);
    const isHidden = (edge) => edge.local?.includes("=") && hidden.some((step) => step.node === edge.source);
    const locals = stepper.graph.edges.filter(isHidden);
    const buttons = figure.querySelectorAll(".controls:not(.zoom) button, .table > summary, .hg-node, .hg-edge");
    const acts = [...buttons].map((each) => () => each.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    for (const key of ["ArrowRight", "End"])
      acts.push(() => figure.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
    for (const act of acts) {
      stepper.go(0);
      act();
      stepper.player.stop();
      tried += 1;
      const named = [...figure.querySelectorAll("[aria-label], textarea")];
      const words = named.map((each) => `${each.getAttribute("aria-label")} ${each.value}`);
      const said = figure.textContent + words.join(" ");
      for (const each of hidden) if (said.includes(each.line)) leaks.push([name, each.line]);
      for (const { local } of locals)
        if (["derivative ", ": "].some((before) => said.includes(before + local))) leaks.push([name, local]);
      if (stepper.position > first.step) leaks.push([name, stepper.position]);
    }
    element.open = false;
  }
  return { leaks, tried };
}
"""


def test_no_click_and_no_key_shows_the_formula_of_what_isnt_solved(context: Any, mixed: Path) -> None:
    page = opened(context, mixed)
    statuses = {each["name"]: each["status"] for each in data(mixed)["exercises"]}
    assert len([each for each in statuses.values() if each != "passed"]) > 30
    found = page.page.evaluate(ONE_CLICK, statuses)
    assert found["tried"] > 500
    assert found["leaks"] == []
    assert page.said == []
    page.page.close()


TYPED = {
    "much": "Type one number",
    "−0.1587": "its sign is the other",
    "0.15": "isn't it",
    "0.2": "More digits",
    "0,3565": "σ²",
}


def test_a_question_takes_a_choice_or_a_number_and_says_which_mistake_gives_a_wrong_one(page: Open) -> None:
    exercise = page.exercise("sigmoid")
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
    assert count(exercise) == (2, 3)
    asked = exercise.locator(".asked")
    assert asked.locator(".question").inner_text() == "ds[0] = ?"
    choices = asked.locator(".choice")
    assert choices.count() == 4
    # The keyboard alone: a step on leads into the question.
    page.page.keyboard.press("ArrowRight")
    assert page.page.evaluate("document.activeElement.matches('.choice')")
    assert serious_faults(page.page, contrast=True) == []
    asked.get_by_text("0.8022").click()
    assert "The factor 1 − σ is missing from ds" in asked.locator(".answer").inner_text()
    for text, said in TYPED.items():
        asked.locator("input").fill(text)
        asked.get_by_role("button", name="Check").click()
        assert said in asked.locator(".answer").inner_text(), text
    assert count(exercise) == (2, 3)
    assert asked.get_by_role("button", name="Show it").is_visible()
    asked.locator("input").fill("0.1587")
    page.page.keyboard.press("Enter")
    assert count(exercise) == (3, 3)
    said = exercise.locator(".arithmetic").inner_text()
    assert said.startswith("✓ 0.1587 is right.")
    assert "ds = dout · sigma · (1 − sigma)" in said
    assert page.page.evaluate("document.activeElement.textContent") == "Step"
    # What has been shown may be looked at again.
    page.page.keyboard.press("Home")
    page.page.keyboard.press("End")
    assert count(exercise) == (3, 3)


SIGNS = """
() => {
  const untrue = [];
  let told = 0;
  const element = document.getElementById("bce");
  element.open = true;
  const { graph, asker } = element.querySelector("figure.graph").stepper;
  asker.reveal = () => asker.tell("");
  for (const question of graph.asks)
    for (const text of ["0", "-0", "0.0", "1", "-1", String(-question.right[0]), `${-question.right[0]}/1`]) {
      asker.parts(question);
      asker.input.value = text;
      asker.check(question);
      const isTold = asker.said.textContent.includes("its sign is");
      told += isTold;
      if (isTold && !(parseFloat(text) * question.right[0] < 0)) untrue.push([question.right[0], text]);
    }
  return { untrue, told };
}
"""


def test_the_sign_is_said_to_be_wrong_of_none_but_a_number_with_the_other_one(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#bce")
    found = page.page.evaluate(SIGNS)
    assert found["untrue"] == []
    assert found["told"] > 4
    assert page.said == []
    page.page.close()


def test_a_wrong_submission_is_asked_where_it_is_wrong_beside_its_own_number(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#two_layer", width=390)
    exercise = page.exercise("two_layer")
    assert exercise.locator(".question").inner_text().split() == [
        "dz2[0]",
        "=",
        "?",
        "yours:",
        "[−0.0926105]",
        "✗",
        "wrong",
    ]
    assert exercise.locator(".hg-asked .hg-flagged").is_visible()
    assert "a2(1 − a2)" not in exercise.locator(".graphs").inner_text()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious_faults(page.page, contrast=False) == []
    exercise.locator(".choice", has_text="−0.01917").click()
    assert "dz2 = da2 · a2(1 − a2)" in exercise.locator(".arithmetic").inner_text()
    page.press(exercise, "Backward")
    assert len(set(count(exercise))) == 1, "nothing else is wrong, and nothing else is asked for"
    page.page.close()


def test_a_lecturers_switch_and_a_solved_exercise_show_everything(context: Any, mixed: Path, right: Path) -> None:
    page = opened(context, mixed, "#sigmoid")
    exercise = page.exercise("sigmoid")
    switch = page.page.get_by_label("Show every gradient without asking")
    switch.check()
    page.press(exercise, "Backward")
    assert count(exercise) == (3, 3)
    switch.uncheck()
    assert count(exercise) == (2, 3)
    page.page.close()
    page = opened(context, right, "#sigmoid")
    assert count(page.exercise("sigmoid")) == (3, 3)
    assert page.page.locator(".switch").count() == 0
    assert not any("asks" in graph for each in data(right)["exercises"] for graph in each["graphs"])
    page.page.close()


STATE = """
(name) => {
  const element = document.getElementById(name);
  const { position, view, player, asker } = element.querySelector("figure.graph").stepper;
  return {
    open: [...document.querySelectorAll("details.exercise[open]")].map((each) => each.id),
    folds: [...element.querySelectorAll(".body details")].map((each) => each.open),
    chosen: element.querySelector(".which select").value,
    position, scale: view.chosen?.toFixed(2), speed: player.speed.value, limit: asker.limit, all: switches.all,
  };
}
"""


def test_the_address_restores_what_is_seen_and_a_reload_loses_nothing(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#sigmoid")
    exercise = page.exercise("sigmoid")
    page.exercise("copy")
    exercise.locator(".which select").select_option("1")
    exercise.locator(".hint > summary").first.click()
    page.press(exercise, "Larger")
    exercise.get_by_label("Speed").select_option("slow")
    page.page.evaluate("document.querySelector('#sigmoid figure').stepper.go(9)")
    exercise.get_by_role("button", name="Check").click()
    exercise.locator(".choice", has_text="0.2425").click()
    page.press(exercise, "Back")
    page.page.wait_for_function("() => location.hash.includes('seen=3')")
    before = page.page.evaluate(STATE, "sigmoid")
    assert (before["position"], before["limit"], before["chosen"], before["speed"]) == (2, 3, "1", "slow")
    assert set(before["open"]) == {"copy", "sigmoid"}
    address = page.page.url
    page.page.reload()
    assert page.page.evaluate(STATE, "sigmoid") == before
    page.page.close()
    other = opened(context, mixed, address.removeprefix(mixed.as_uri()))
    there = other.page.evaluate(STATE, "sigmoid")
    for each in ("position", "limit", "chosen", "speed", "scale", "all"):
        assert there[each] == before[each], each
    # Another address in the same tab.
    other.page.evaluate("location.hash = '#copy?step=1&all=1'")
    other.page.wait_for_function("() => document.querySelector('#copy figure').stepper.position === 1 && switches.all")
    # What no exercise is called, no step has or no number says is nothing to stumble over.
    for odd in ("copy?step=99999&case=77&zoom=x&speed=light", "%E0%A4%A?step=1", "nothing?step=1&.x=1"):
        other.page.evaluate(f"location.hash = '#{odd}'")
    other.page.wait_for_timeout(100)
    assert other.said == []
    other.page.close()


def test_what_is_done_right_before_a_reload_is_kept(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#sigmoid?step=1")
    page.page.wait_for_function("() => history.state")
    step = "document.querySelector('#sigmoid figure').stepper"
    for _ in range(2):
        with page.page.expect_navigation():
            page.page.evaluate(f"{step}.go(2); location.reload()")
        assert page.page.evaluate(f"{step}.position") == 2
        assert "step=2" in page.page.url
        page.page.evaluate(f"{step}.go(0)")
        page.page.wait_for_function("() => location.hash.includes('step=0')")
    # What was left behind belongs to that page alone: another address says what is seen there.
    page.page.evaluate(f"{step}.go(2)")
    page.page.goto("about:blank")
    page.page.goto(f"{mixed.as_uri()}#sigmoid?step=1")
    assert page.page.evaluate(f"{step}.position") == 1
    assert page.said == []
    page.page.close()


def test_the_address_names_the_first_case_too_where_another_one_fails(page: Open) -> None:
    page.page.evaluate("rendered.exercises.find((each) => each.name === 'sigmoid').graphs[1].failing = true")
    page.page.evaluate("keptOf('sigmoid').chosen = 0")
    assert page.page.evaluate("addressOf('sigmoid')").startswith("?case=1&step=")


def test_one_exercise_is_shown_alone(context: Any, mixed: Path, tmp_path: Path) -> None:
    page = opened(context, mixed, "?only=two_layer")
    assert page.page.locator(".exercise[open]").count() == page.page.locator(".exercise").count() == 1
    assert page.page.locator(".board").count() == 0
    page.page.close()
    page = opened(context, mixed, "?only=two_lair")
    assert page.page.get_by_role("alert").first.inner_text() == "No exercise here is called two_lair: these are all."
    page.page.close()
    done = grader(mixed.parent, "report", "--only", "two_layer", str(tmp_path / "two.html"))
    assert "two.html is written" in done.stdout, done.stderr
    assert [each["name"] for each in data(tmp_path / "two.html")["exercises"]] == ["two_layer"]
    (tmp_path / "slides.html").write_text('<!doctype html><iframe sandbox="allow-scripts" src="two.html"></iframe>')
    page = opened(context, tmp_path / "slides.html")
    frame = page.page.frame_locator("iframe")
    assert frame.locator(".exercise h2").inner_text().split() == ["43", "A", "two-layer", "network", "two_layer"]
    frame.get_by_role("button", name="Reset", exact=True).click()
    frame.locator(".count", has_text="step 0").wait_for()
    page.page.wait_for_timeout(400)
    assert page.said == []
    page.page.close()
    done = grader(mixed.parent, "report", "--only", "two_lair")
    assert (done.returncode, "two_lair" in done.stderr) == (2, True)


def test_the_graph_is_saved_as_it_is_seen_and_copied(context: Any, mixed: Path, tmp_path: Path) -> None:
    page = opened(context, mixed, "#copy")
    exercise = page.exercise("copy")
    saved = {}
    for kind in ("SVG", "PNG"):
        with page.page.expect_download() as download:
            page.press(exercise, f"Save the graph as {kind}")
        assert download.value.suggested_filename == f"copy.{kind.lower()}"
        download.value.save_as(tmp_path / kind)
        saved[kind] = (tmp_path / kind).read_bytes()
    root = ElementTree.fromstring(saved["SVG"])
    title, desc = root[:2]
    at, steps = count(exercise)
    case = exercise.locator(".which > span").inner_text()
    assert (root.get("role"), title.text) == ("img", f"copy, {case}: step {at} of {steps}")
    assert (desc.text or "").startswith("Computation graph of copy, ")
    text = " ".join("".join(root.itertext()).split())
    assert "copies" in text
    hidden = exercise.locator(".hg-waits").all_text_contents()
    assert hidden
    assert not [each for each in hidden if each in text]
    assert re.search(rb'fill="rgb\(', saved["SVG"])
    assert saved["PNG"].startswith(b"\x89PNG")
    width = int.from_bytes(saved["PNG"][16:20], "big")
    assert width == 2 * exercise.locator("svg.hg-graph").evaluate("(each) => each.viewBox.baseVal.width")
    # Whatever a case is called, it is text; and a browser calls the picture so.
    odd = '<img src=x> & "y"'
    page.page.evaluate("(odd) => { document.querySelector('#copy figure').stepper.graph.title = odd; }", odd)
    written = page.page.evaluate("pictureOf(document.querySelector('#copy figure').stepper)")
    (tmp_path / "odd.svg").write_text(written)
    picture = opened(context, tmp_path / "odd.svg")
    assert picture.page.get_by_role("img", name=f"copy, {odd}: step {at} of {steps}", exact=True).count() == 1
    picture.page.close()
    page.press(exercise, "Copy the graph as a picture")
    exercise.locator(".copied", has_text="Copied.").first.wait_for()
    assert page.page.evaluate("navigator.clipboard.read().then(([each]) => each.types)") == ["image/png"]
    page.press(exercise, "Copy the address of what is seen")
    page.page.wait_for_function("() => navigator.clipboard.readText().then((text) => text === location.href)")
    assert page.said == []
    page.page.close()
