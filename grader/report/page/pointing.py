"""What the page tells of a node that is pointed at: the paths to the loss, and what its operation looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.graph.diagram import Graph, Lens, Node, Path
from grader.report.arrays import shape
from grader.text.numbers import figure


def pointing_data(graph: Graph) -> list[dict[str, Any]]:
    """By node, in the graph's order, what the page knows of it besides."""
    nodes = {node.id: node for node in graph.nodes}
    return [_of(node, nodes) for node in graph.nodes]


def _of(node: Node, nodes: Mapping[str, Node]) -> dict[str, Any]:
    found = {
        "shape": shape(node.value),
        "paths": [_path(each) for each in node.paths],
        "more": node.more,
        "total": _total(node.paths) if len(node.paths) > 1 and not node.more else "",
        "own": node.own,
        "lens": _lens(node.lens, nodes) if node.lens else None,
    }
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
