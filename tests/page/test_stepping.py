"""The steps through a graph, in a real browser."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from grader import catalog
from tests.graph.evaluating import value
from tests.judge.written import edited
from tests.page.pages import count, numbers, opened, serious_faults, table, written


@pytest.fixture(scope="module")
def network() -> dict[str, Any]:
    """001's network: every value and, under d and its name, every gradient, by PyTorch."""
    given = {"x": [0.5, 0.3], "W1": [[0.2, 0.5], [0.3, 0.4]], "b1": [0.1, 0.2], "W2": [[0.6, 0.7]], "b2": [0.1]}
    found = {name: torch.tensor(each, dtype=torch.float64, requires_grad=True) for name, each in given.items()}
    found["z1"] = found["W1"] @ found["x"] + found["b1"]
    found["a1"] = torch.sigmoid(found["z1"])
    found["z2"] = found["W2"] @ found["a1"] + found["b2"]
    found["a2"] = torch.sigmoid(found["z2"])
    found["L"] = 0.5 * ((found["a2"] - torch.tensor([0.8], dtype=torch.float64)) ** 2).sum()
    gradients = torch.autograd.grad(found["L"], list(found.values()))
    values = {name: each.detach().numpy() for name, each in found.items()}
    return values | {f"d{name}": each.numpy() for name, each in zip(found, gradients, strict=True)}


def test_both_passes_through_the_network_of_001_give_pytorchs_numbers(
    context: Any, right: Path, network: dict[str, Any]
) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")
    page.press(exercise, "Reset")
    steps = []
    for place in range(count(exercise)[1]):
        assert count(exercise)[0] == place
        page.press(exercise, "Step")
        steps.append(exercise.locator(".arithmetic .num").text_content())
    assert exercise.get_by_role("button", name="Step", exact=True).is_disabled()
    rows = table(exercise)
    for name in ("x", "W1", "b1", "z1", "a1", "W2", "b2", "z2", "a2", "L"):
        value, gradient, mine, *_ = rows[name]
        np.testing.assert_allclose(numbers(value), network[name], rtol=1e-5)
        np.testing.assert_allclose(numbers(gradient), network[f"d{name}"], rtol=1e-5)
        assert "✓ right" in mine or name == "L"
    results = {step.partition(" = ")[0]: step.rpartition(" = ")[2] for step in steps}
    for name in ("z1", "a1", "da2", "dz2", "da1", "dz1"):
        shown = np.atleast_1d(numbers(results[name]))
        np.testing.assert_allclose(shown, network[name], atol=5.1e-5)
    assert "dz2 = da2 · a2(1 − a2) = −0.0926 · 0.2070 = −0.0192" in steps
    page.page.close()


def test_values_and_gradients_appear_one_by_one_and_go_one_by_one(context: Any, right: Path) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")

    def seen() -> int:
        return sum(part.is_visible() for part in exercise.locator(".canvas [data-part]:not(.hg-sum)").all())

    page.press(exercise, "Reset")
    shown = [seen()]
    for _ in range(count(exercise)[1]):
        page.page.keyboard.press("ArrowRight")
        shown.append(seen())
    assert all(later == earlier + 1 for earlier, later in pairwise(shown))
    for expected in reversed(shown[:-1]):
        page.page.keyboard.press("ArrowLeft")
        assert seen() == expected
    page.page.close()


def test_forward_stops_where_backward_begins(context: Any, right: Path) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")
    page.press(exercise, "Reset")
    page.press(exercise, "Forward")
    rows = table(exercise)
    assert numbers(rows["L"][0]) == pytest.approx(0.00428835, rel=1e-5)
    assert all(row[1] == "·" for row in rows.values())
    page.press(exercise, "Backward")
    assert numbers(table(exercise)["x"][1]) == pytest.approx([-0.00151062, -0.00266496], rel=1e-5)
    page.page.keyboard.press("Home")
    assert count(exercise)[0] == 0
    page.page.keyboard.press("End")
    assert len(set(count(exercise))) == 1
    page.page.close()


def test_a_pass_plays_node_by_node_where_movement_is_welcome(context: Any, right: Path) -> None:
    page = opened(context, right, "#square")
    exercise = page.exercise("square")
    page.page.emulate_media(reduced_motion="no-preference")
    page.press(exercise, "Reset")
    page.press(exercise, "Forward")
    page.press(exercise, "Backward")
    steps = count(exercise)[1]
    assert 0 < count(exercise)[0] < steps
    exercise.get_by_text(f"step {steps} of {steps}").wait_for()
    page.page.close()


def test_the_printed_figure_stands_beside_the_exact_one_and_is_marked_where_it_is_off(
    context: Any, right: Path
) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")
    exercise.locator("summary", has_text="as a table").click()
    off = exercise.locator(".table .prints.off").all_text_contents()
    assert any("a2[0] = 0.708, exactly 0.70739" in each and "off: rounded up" in each for each in off)
    fair = exercise.locator(".table .prints:not(.off)").all_text_contents()
    assert any("z1[0] = 0.35, exactly 0.35" in each for each in fair)
    page.page.close()


def test_the_log_is_every_step_so_far_and_can_be_copied(context: Any, right: Path) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")
    page.press(exercise, "Reset")
    page.press(exercise, "Forward")
    page.press(exercise, "Copy the log")
    copied = page.page.evaluate("navigator.clipboard.readText()")
    assert copied == exercise.get_by_label("Computation log").input_value()
    assert [line.split()[0] for line in copied.splitlines()] == ["forward"] * count(exercise)[0]
    assert "a1 = σ(z1)" in copied
    page.page.close()


def test_a_wrong_submission_is_opened_at_its_first_wrong_node(
    context: Any, mixed: Path, network: dict[str, Any]
) -> None:
    page = opened(context, mixed, "#two_layer?all=1")
    exercise = page.exercise("two_layer")
    arithmetic = exercise.locator(".arithmetic")
    assert arithmetic.locator(".num").text_content().startswith("dz2 = ")
    assert arithmetic.locator(".yours.wrong").text_content() == "yours: [−0.0926105]  ✗ wrong"
    marked = exercise.locator(".hg-first")
    assert marked.get_attribute("data-node") == "z2"
    assert marked.get_by_text("first wrong").is_visible()
    page.press(exercise, "Backward")
    rows = table(exercise)
    mine = rows["z1"][2].partition("  ")
    assert mine[2] == "↳ follows from the wrong one"
    a1, a2 = network["a1"], network["a2"]
    np.testing.assert_allclose(numbers(mine[0]), np.array([0.6, 0.7]) * (a2 - 0.8) * a1 * (1 - a1), rtol=1e-5)
    assert rows["a2"][2].endswith("✓ right")
    page.page.close()


def test_a_fan_out_is_shown_as_the_sum_that_it_is(context: Any, mixed: Path) -> None:
    page = opened(context, mixed, "#copy?all=1")
    exercise = page.exercise("copy")
    assert exercise.locator(".hg-sum .hg-part").all_text_contents() == ["[3 −2]", "[4 6]"]
    assert "[3, −2] + [4, 6] = [7, 4]" in exercise.locator(".arithmetic .num").text_content()
    page.page.close()


def test_every_node_and_edge_tells_about_itself_to_the_keyboard(context: Any, right: Path) -> None:
    page = opened(context, right, "#two_layer")
    exercise = page.exercise("two_layer")
    stops = exercise.locator(".canvas [tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    told = set()
    for _ in range(exercise.locator(".canvas [role=button]").count()):
        told.add(exercise.locator(".detail").inner_text())
        page.page.keyboard.press("ArrowDown")
    assert any("local derivative a2(1 − a2) = 0.2070" in each for each in told)
    assert any("z2 = [0.882739]" in each and "dz2 = [−0.0191694]" in each for each in told)
    page.page.close()


def test_a_step_to_what_is_nearly_right_shows_both_numbers_in_full(context: Any, tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    exercise = catalog.get("affine")
    source = edited("affine", "return dX, dW, db", "return dX + 1e-6 * np.abs(dX), dW, db")
    (tmp_path / "exercises" / exercise.file).write_text(source, encoding="utf-8")
    page = opened(context, written(tmp_path), "#affine?all=1")
    said = page.exercise("affine").locator(".arithmetic .yours.wrong").text_content()
    found = re.fullmatch(r"PyTorch: (.*), yours: (.*)  ✗ wrong", said)
    assert found, said
    assert np.all(numbers(found[1]) != numbers(found[2]))
    page.page.close()


POINTED = """(node) => {
  const exercise = document.getElementById("branch_merge");
  const lit = [...exercise.querySelectorAll("svg .hg-edge.hg-lit")].map((each) => Number(each.dataset.edge));
  const told = [...exercise.querySelectorAll(".detail > div")];
  const lines = told.map((each) => [...each.children].map((part) => part.textContent));
  const { graph } = exercise.querySelector("figure.graph").stepper;
  const expected = graph.nodes.find((each) => each.id === node).paths.flatMap((path) => path.edges);
  return { lit, lines, expected: [...new Set(expected)].sort((a, b) => a - b) };
}"""


def test_the_paths_to_the_loss_light_up_under_the_pointer_and_at_the_focus(context: Any, right: Path) -> None:
    page = opened(context, right, "#branch_merge")
    exercise = page.exercise("branch_merge")
    exercise.locator("[data-node=u] .hg-head").hover()
    found = page.page.evaluate(POINTED, "u")
    assert found["lit"] == found["expected"]
    assert len(found["lit"]) > 5
    paths = [text for what, text in found["lines"] if what == "path"]
    assert len(paths) == 2
    (total,) = (text for what, text in found["lines"] if what == "in all")
    parts = [value(text.partition(": ")[2].rpartition(" = ")[2]) for text in paths]
    for text in paths:
        way, _, product = text.partition(": ")
        assert way.startswith("u → ")
        assert value(product.rpartition(" = ")[0]) == pytest.approx(value(product.rpartition(" = ")[2]), rel=1e-2)
    assert value(total.rpartition(" = ")[2]) == pytest.approx(sum(parts), abs=2e-4)
    assert value(total.rpartition(" = ")[2]) == pytest.approx(numbers(table(exercise)["u"][1]).item(), abs=1e-4)
    page.page.mouse.move(1, 1)
    assert page.page.evaluate(POINTED, "u")["lit"] == []
    assert page.page.evaluate(POINTED, "u")["lines"] == []
    # The keyboard alone; before the gradient was reached its numbers are not told.
    page.press(exercise, "Reset")
    page.press(exercise, "Forward")
    exercise.locator(".canvas [tabindex='0']").focus()
    for _ in range(40):
        if page.page.evaluate("document.activeElement.dataset.node") == "u":
            break
        page.page.keyboard.press("ArrowDown")
    found = page.page.evaluate(POINTED, "u")
    assert found["lit"] == found["expected"]
    assert [text for what, text in found["lines"] if what == "path"] == [text.partition(": ")[0] for text in paths]
    assert page.said == []
    page.page.close()


LOOKED = """(names) => names.flatMap((name) => {
  const element = document.getElementById(name);
  element.open = true;
  element.dispatchEvent(new Event("toggle"));
  const { stepper } = element.querySelector("figure.graph");
  stepper.go(stepper.graph.steps.length);
  return stepper.graph.nodes.filter((node) => node.lens).flatMap((node) => {
    stepper.drawn(node.id).focus();
    return [...element.querySelectorAll(".lens .result td")].map((cell) => {
      const block = cell.closest(".look");
      cell.focus();
      return [block.querySelector(".looked").textContent, cell.textContent, block.querySelectorAll("td.seen").length];
    });
  });
})"""


def test_each_element_of_a_product_or_a_window_is_what_it_is_said_to_be_made_of(context: Any, right: Path) -> None:
    page = opened(context, right)
    names = [
        "affine",
        "affine_sample",
        "logistic_batch",
        "two_layer",
        "attention",
        "conv2d",
        "max_pool",
        "relu_jacobian",
    ]
    told = page.page.evaluate(LOOKED, names)
    assert len(told) > 50
    for line, shown, seen in told:
        made = line.split(" = ")[1]
        if "…" not in made:
            assert value(made) == pytest.approx(value(shown), rel=1e-4, abs=1e-5), line
        assert seen or made == "0"
    # One tab stop for all cells of an array, and the arrows go between them without taking a step.
    exercise = page.exercise("affine")
    exercise.locator("[data-node=t1]").focus()
    cells = exercise.locator(".lens .result td")
    cells.first.focus()
    before = count(exercise)
    for key in ("ArrowRight", "ArrowDown"):
        page.page.keyboard.press(key)
    assert page.page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("(X @ W)[1, 1]: ")
    assert exercise.locator(".looked").first.text_content().startswith("(X @ W)[1, 1] = ")
    assert count(exercise) == before
    assert exercise.locator(".lens .result").first.locator("td[tabindex='0']").count() == 1
    page.page.evaluate(
        "for (const each of document.querySelectorAll('details[open]:not(#affine, #affine *)')) each.open = false"
    )
    assert serious_faults(page.page, contrast=True) == []
    page.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    look = "(each) => getComputedStyle(each).borderTopWidth"
    block = exercise.locator(".look").first
    seen, other = (block.locator(each).first.evaluate(look) for each in ("td.seen", "td:not(.seen, .made)"))
    assert seen != other
    assert page.said == []
    page.page.close()


def test_the_learning_curve_is_drawn_for_each_rate_and_says_when_it_is_off_the_scale(context: Any, right: Path) -> None:
    page = opened(context, right, "#two_updates")
    exercise = page.exercise("two_updates")
    training = exercise.locator(".training")
    slider = training.get_by_label("Learning rate", exact=True)
    slider.focus()
    said = []
    for key in ("Home", *["ArrowRight"] * 4):
        page.page.keyboard.press(key)
        said.append(training.locator("[role=status]").inner_text())
        assert slider.get_attribute("aria-valuetext") in said[-1].splitlines()[0]
        drawn = training.locator("svg path.theirs").get_attribute("d")
        assert training.locator("svg path.mine").count() == 1
        heights = [float(each.split()[1]) for each in drawn[1:].split("L")]
        assert min(heights) >= 0
        assert max(heights) <= 200
        assert bool(training.locator("svg path.off").count()) == ("off the scale" in said[-1])
    assert len({each.splitlines()[0] for each in said}) == 5
    assert "off the scale" in said[-1]
    assert "off the scale" not in said[0]
    assert training.locator("svg").get_attribute("aria-label").split() == " ".join(said[-1].split()).split()
    step = count(exercise)
    assert page.page.evaluate("document.activeElement.type") == "range"
    # It is written a moment later, and the first rate was written already.
    rate = slider.get_attribute("aria-valuetext")
    page.page.wait_for_function(
        "(rate) => new URLSearchParams(location.hash.split('?')[1]).get('rate') === rate", arg=rate
    )
    page.page.reload()
    assert page.exercise("two_updates").locator(".training [role=status]").inner_text() == said[-1]
    assert slider.input_value() == "4"
    # Another tab remembers nothing.
    other = opened(context, right, page.page.url.removeprefix(right.as_uri()))
    assert other.exercise("two_updates").locator(".training [role=status]").inner_text() == said[-1]
    other.page.close()
    assert count(exercise) == step
    page.page.close()
