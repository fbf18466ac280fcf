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
from tests.judge.written import edited
from tests.page.pages import count, numbers, opened, table, written


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
