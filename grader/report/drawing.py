"""A computation graph as SVG: values above the wires, gradients below, what a student computed beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.graph.diagram import Graph, Node
from grader.report.arrays import OFF, one_line
from grader.report.labels import (
    AGREES,
    CHARACTER,
    HEAD,
    LINE,
    Labels,
    box,
    columns_of,
    description,
    head_width,
    labels,
    tooltip,
)
from grader.report.layout import Point, layout
from grader.report.ways import PLATE, Plate, Way, arrow, coordinate, curve, free, ways
from grader.text.language import say

MARGIN = 14.0
GAP = 38.0
"""The room between a layer and the next."""

BRANCHING = 60.0
"""The room where branches part, besides what stands on them."""


def svg(graph: Graph) -> str:
    """A graph as an SVG element for any page: complete, with its own style, without script.

    It is light, unless the page says that it is dark, as JupyterLab and VS Code do: the system's setting says nothing
    of a page that isn't ours.
    """
    drawn = draw(graph)
    drawn.attrib |= {"role": "img", "aria-label": description(graph)}
    style = Element("style")
    style.text = stylesheet()
    drawn.insert(0, style)
    return ElementTree.tostring(drawn, encoding="unicode")


@cache
def stylesheet() -> str:
    """The style of a drawing: light, or dark where a notebook is."""
    return files(__package__).joinpath("drawing.css").read_text(encoding="utf-8")


def draw(graph: Graph) -> Element:
    """A graph as an SVG element without style. Its groups carry `data-node`, `data-part` and `data-edge`."""
    called = {each.node: each.formula.partition(" = ")[0] for each in graph.steps if each.phase == "backward"}
    around = {each.id: labels(each, called.get(each.id, f"d{each.id}")) for each in graph.nodes}
    boxes = {each.id: box(graph, each, around[each.id]) for each in graph.nodes}
    pairs = [(each.source, each.target) for each in graph.edges]
    placed = layout(boxes, pairs, {each.id: _gap(each) for each in graph.nodes}, GAP)
    width, height = placed.width + 2 * MARGIN, placed.height + 2 * MARGIN
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "hg-graph"})
    root.attrib |= _numbers(width=width, height=height) | {"viewBox": f"0 0 {width:.0f} {height:.0f}"}
    SubElement(root, "rect", {"class": "hg-ground", **_numbers(width=width, height=height, rx=8)})
    moved = SubElement(root, "g", {"transform": f"translate({MARGIN:g} {MARGIN:g})"})
    run = ways(graph.edges, placed)
    for number, (way, edge) in enumerate(zip(run, graph.edges, strict=True)):
        _edge(moved, number, way, edge.local)
    taken: list[Plate] = []
    for node in graph.nodes:
        place, end = placed.places[node.id], placed.ends[node.id]
        group = _node(moved, node, around[node.id], place, end)
        if node.id == graph.first_wrong:
            _flag(group, place[0], place[1] - 7 - LINE * len(around[node.id].value))
        if len(node.contributions) > 1:
            branches = [way for way, edge in zip(run, graph.edges, strict=True) if edge.source == node.id]
            _fan_out(group, node, (end, place[1]), branches, taken, placed.height)
    return root


def _gap(node: Node) -> float:
    """The room behind a node; where its branches part, the gradients stand that come back along them."""
    if len(node.contributions) < 2:
        return GAP
    return BRANCHING + CHARACTER * max(len(one_line(each.value)) for each in node.contributions)


def _edge(parent: Element, number: int, way: Way, local: str) -> None:
    group = SubElement(parent, "g", {"class": "hg-edge", "data-edge": str(number)})
    if local:
        SubElement(group, "title").text = f"{say('local derivative:')} {local}"
    SubElement(group, "path", {"class": "hg-hit", "d": curve(way)})
    SubElement(group, "path", {"class": "hg-line", "d": curve(way)})
    SubElement(group, "path", {"class": "hg-arrow", "d": arrow(way)})


def _node(parent: Element, node: Node, around: Labels, place: Point, end: float) -> Element:
    """The node's head, its wire up to `end`, and what stands above and below it."""
    (x, y), width = place, head_width(node)
    state = f" hg-{node.state}" if node.state else ""
    group = SubElement(parent, "g", {"class": f"hg-node hg-{node.kind}{state}", "data-node": node.id})
    SubElement(group, "title").text = tooltip(node)
    SubElement(group, "path", {"class": "hg-line", "d": f"M{x + width:.1f} {y:.1f}H{end:.1f}"})
    corner = 5 if node.kind in ("input", "constant") else HEAD
    rim = _numbers(x=x, y=y - HEAD, width=width, height=2 * HEAD, rx=corner)
    SubElement(group, "rect", {"class": "hg-head", **rim})
    SubElement(group, "text", {"class": "hg-label", **_numbers(x=x + width / 2, y=y + 4.5)}).text = node.label
    left = x + width + 8
    _lines(group, "value", around.value, left, y - 7 - LINE * (len(around.value) - 1))
    _lines(group, "gradient", around.gradient, left, y + LINE)
    if around.mine:
        _mine(group, around.mine, left, y + LINE * len(around.gradient) + 9)
    return group


def _lines(parent: Element, part: str, lines: Sequence[str], x: float, y: float) -> Element:
    """A text of several lines; those of a matrix are lined up by no-break spaces."""
    group = SubElement(parent, "g", {"class": f"hg-{part}", "data-part": part})
    for place, line in enumerate(lines):
        drawn = SubElement(group, "text", _numbers(x=x, y=y + LINE * place))
        _marked(drawn, line.removesuffix(AGREES).replace(" ", "\u00a0"))
        if line.endswith(AGREES):
            SubElement(drawn, "tspan", {"class": "hg-agrees"}).text = AGREES.replace(" ", "\u00a0")
    return group


def _marked(drawn: Element, line: str) -> None:
    """A line of text; what stands behind a mark, up to the number's end, is drawn as wrong."""
    drawn.text, *marked = line.split(OFF)
    for each in marked:
        number = re.match(r"[^\s\]]*", each)
        assert number
        span = SubElement(drawn, "tspan", {"class": "hg-off"})
        span.text, span.tail = number[0], each[number.end() :]


def _mine(parent: Element, lines: Sequence[str], x: float, y: float) -> None:
    """The student's own gradient in its frame, whose upper edge is at `y`."""
    group = _lines(parent, "mine", lines, x, y + 12)
    frame = _numbers(
        x=x - 5, y=y, width=CHARACTER * max(map(columns_of, lines)) + 11, height=LINE * len(lines) + 3, rx=3
    )
    group.insert(0, Element("rect", {"class": "hg-frame", **frame}))


def _flag(node: Element, x: float, y: float) -> None:
    """Marks the first wrong node, above all that stands around it."""
    node.attrib["class"] += " hg-first"
    group = SubElement(node, "g", {"data-part": "mine"})
    text = say("first wrong")
    width = CHARACTER * len(text) + 2
    SubElement(group, "rect", {"class": "hg-flag", **_numbers(x=x, y=y - 13, width=width, height=16, rx=8)})
    SubElement(group, "text", {"class": "hg-flagged", **_numbers(x=x + width / 2, y=y - 1)}).text = text


def _fan_out(parent: Element, node: Node, end: Point, branches: list[Way], taken: list[Plate], height: float) -> None:
    """The sum that a fan-out is: a plus where the branches part, and on each the gradient that comes back along it."""
    group = SubElement(parent, "g", {"class": "hg-gradient hg-sum", "data-part": "gradient"})
    x, y = end
    SubElement(group, "circle", {"class": "hg-plus", **_numbers(cx=x, cy=y, r=6.5)})
    SubElement(group, "path", {"class": "hg-cross", "d": f"M{x - 3.5:.1f} {y:.1f}h7M{x:.1f} {y - 3.5:.1f}v7"})
    for each in node.contributions:
        way = next(way for way in branches if way.target == each.consumer)
        branches.remove(way)
        label = one_line(each.value)
        plate = free(way, CHARACTER * len(label) + 4, taken, height)
        taken.append(plate)
        _plate(group, plate, label)


def _plate(parent: Element, plate: Plate, label: str) -> None:
    """A label on an edge, which it covers."""
    rim = _numbers(x=plate.x - plate.width / 2, y=plate.y - PLATE / 2, width=plate.width, height=PLATE)
    SubElement(parent, "rect", {"class": "hg-plate", **rim})
    SubElement(parent, "text", {"class": "hg-part", **_numbers(x=plate.x, y=plate.y + 4)}).text = label


def _numbers(**values: float) -> dict[str, str]:
    """Attributes to a tenth of a pixel."""
    return {name: coordinate(value) for name, value in values.items()}
