"""A graph as an SVG, which needs no page and no script."""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from grader import catalog
from grader.graph.build import graphs, trace
from grader.graph.diagram import Graph
from grader.report.drawing import svg
from grader.report.labels import description, labels
from grader.sandbox.wire.plain import plain
from tests.conftest import bench
from tests.submissions import judged

SVG = "{http://www.w3.org/2000/svg}"

OVERLAPS = """
() => {
  const found = [];
  for (const svg of document.querySelectorAll("svg")) {
    const boxes = [...svg.querySelectorAll("text, .hg-head")].map((each) => [each, each.getBoundingClientRect()]);
    const outer = svg.getBoundingClientRect();
    for (const [each, box] of boxes) {
      if (box.left < outer.left || box.right > outer.right || box.top < outer.top || box.bottom > outer.bottom)
        found.push(`${svg.ariaLabel}: ${each.textContent} leaves the drawing`);
      for (const [other, its] of boxes) {
        if (each === other || each.matches(".hg-head ~ .hg-label")) continue;
        const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
        const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
        if (wide > 1 && high > 3 && !other.matches(".hg-label"))
          found.push(`${svg.ariaLabel}: ${each.textContent} meets ${other.textContent}`);
      }
    }
  }
  return found;
}
"""


@cache
def drawn(name: str) -> tuple[Graph, ...]:
    return tuple(graphs(catalog.get(name)))


def wrong() -> Graph:
    """001's network, with the gradients of somebody who forgot the outer sigmoid."""
    found = bench("two_layer")
    (mistake,) = [each for each in found.exercise.bank if each.id == "outer-slope-missing"]
    got = {name: plain(each) for name, each in mistake.backward(*found.cases[0].arguments).items()}
    graph = trace(found.exercise, found.cases[0], judged(found, found.cases[0], got).answers(0))
    assert graph
    return graph


def test_what_is_one_is_not_said_to_be_several() -> None:
    assert description(drawn("square")[0]).endswith(": 1 operation, 1 edge.")
    assert description(drawn("multiply")[0]).endswith(": 1 operation, 2 edges.")


def test_an_intermediate_is_called_as_the_formulas_call_it() -> None:
    graph = drawn("softmax_cross_entropy")[0]
    (node,) = (each for each in graph.nodes if each.label == "pick")
    assert any(f"d{node.text} · one_hot(labels)" in step.formula for step in graph.steps)
    around = labels(node, f"d{node.text}")
    assert around.value[0] == node.text
    assert around.gradient[0] == f"d{node.text}"


def test_a_drawing_is_the_same_to_the_byte_each_time() -> None:
    assert svg(wrong()) == svg(wrong())


def test_no_label_meets_another_where_gradients_are_wrong(context: Any) -> None:
    page = context.new_page()
    page.set_content("<meta charset=utf-8>" + svg(wrong()))
    assert page.evaluate(OVERLAPS) == []
    page.close()


def test_a_wrong_gradient_stands_in_a_frame_below_the_true_one_and_the_first_is_marked() -> None:
    root = ElementTree.fromstring(svg(wrong()))
    nodes = {each.get("data-node"): each for each in root.iter() if each.get("data-node")}
    text = {
        name: " ".join("".join(each.itertext()) for each in node.iter(f"{SVG}text")) for name, node in nodes.items()
    }
    assert "dz2 = [−0.01917] ✗ yours = [−0.09261] first wrong" in text["z2"].replace("\u00a0", " ")
    assert "da2 = [−0.09261] ✓" in text["a2"].replace("\u00a0", " ")
    assert "↳ yours (follows)" in text["z1"].replace("\u00a0", " ")
    assert [name for name, node in nodes.items() if "hg-first" in node.get("class", "")] == ["z2"]


def test_on_the_branches_of_a_matrix_stand_numbers() -> None:
    (graph, *_) = drawn("batchnorm")
    root = ElementTree.fromstring(svg(graph))
    parts = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "hg-part"]
    x = next(node for node in graph.nodes if node.name == "x")
    assert len(parts) >= len(x.contributions) == 3
    for part, each in zip(parts, x.contributions, strict=False):
        first = float(str(part).strip("[").split()[0].replace("−", "-").rstrip("]"))
        assert first == pytest.approx(each.value.numbers[0], rel=0.01)


def test_a_fan_out_has_its_plus_and_a_gradient_on_each_branch() -> None:
    (graph,) = drawn("copy")
    root = ElementTree.fromstring(svg(graph))
    parts = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "hg-part"]
    assert parts == ["[3 −2]", "[4 6]"]
    assert len([each for each in root.iter() if each.get("class") == "hg-plus"]) == 1
