"""What the page tells of a node that is pointed at: the paths to the loss, and what its operation looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.graph.diagram import Graph, Lens, Node
from grader.graph.paths import MOST_PATHS, Path, Paths
from grader.report.arrays import shape
from grader.text.numbers import figure


def pointing_data(graph: Graph) -> list[dict[str, Any]]:
    """By node, in the graph's order, what the page knows of it besides."""
    paths = Paths(graph)
    nodes = {node.id: node for node in graph.nodes}
    return [_of(node, paths, nodes) for node in graph.nodes]


def _of(node: Node, paths: Paths, nodes: Mapping[str, Node]) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": shape(node.value)}
    if node.gradient and node.kind != "output":
        known = paths.of(node.id)
        count = paths.count(node.id)
        found["paths"] = [_path(each) for each in known]
        found["more"] = max(0, count - MOST_PATHS)
        found["total"] = _total(known) if 1 < count <= MOST_PATHS else ""
    found["own"] = node.own
    found["lens"] = _lens(node.lens, nodes) if node.lens else None
    return {name: each for name, each in found.items() if each}


def _path(path: Path) -> dict[str, Any]:
    return {"edges": list(path.edges)} | ({"product": product(path)} if path.factors else {})


def product(path: Path) -> str:
    """What comes back along a path, as the product that it is; an upstream gradient of 1 isn't written."""
    *slopes, upstream = path.factors
    written = [figure(each) for each in (*slopes, *[upstream] * (upstream != 1))]
    return f"{_joined(written, ' · ')} = {figure(path.product)}" if len(written) > 1 else written[0]


def _total(paths: tuple[Path, ...]) -> str:
    """The sum over all paths, where each is a number."""
    if not all(path.factors for path in paths):
        return ""
    parts = [path.product for path in paths]
    return f"{_joined(list(map(figure, parts)), ' + ')} = {figure(sum(parts))}"


def _joined(numbers: list[str], sign: str) -> str:
    first, *others = numbers
    return sign.join([first, *(f"({each})" if each.startswith("−") else each for each in others)])


def _lens(lens: Lens, nodes: Mapping[str, Node]) -> dict[str, Any]:
    """A lens, if all that it looks at can be shown."""
    arrays = [nodes[each].value for each in lens.operands]
    if not all(each.is_whole and each.numbers for each in arrays):
        return {}
    found = {"kind": lens.kind, "of": list(lens.operands), "step": lens.step, "border": lens.border}
    return found | {"size": lens.size, "picked": list(lens.picked)}
