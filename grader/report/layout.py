"""Where the nodes of a graph stand: in layers from left to right, with few crossings and straight lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, TypeAlias

import networkx as nx

Point: TypeAlias = tuple[float, float]
Key: TypeAlias = Any
"""A node's id, or an edge and a layer where a long edge passes through."""

SWEEPS = 16
SPACE = 16.0
"""The least distance between what stands one below the other in a layer."""

STRAIGHT = 30
"""How much more a line that comes from an operation, or passes through a layer, is kept straight than an input's."""


@dataclass(frozen=True)
class Box:
    """The room that a node takes: to the right of its left end, and above and below its middle line."""

    width: float
    above: float
    below: float


BEND = Box(0.0, 9.0, 9.0)
"""The room that an edge takes where it passes through a layer."""


@dataclass(frozen=True)
class Layout:
    """The left end of each node's middle line, how far its layer reaches, and where each long edge enters and leaves
    the layers that it passes.
    """

    places: Mapping[str, Point]
    ends: Mapping[str, float]
    bends: Mapping[tuple[str, str], tuple[tuple[Point, Point], ...]]
    width: float
    height: float


def layout(boxes: Mapping[str, Box], edges: Iterable[tuple[str, str]], gaps: Mapping[str, float], gap: float) -> Layout:
    """Places every node; `gaps` is the room that some want to the right of their layer, `gap` what others get."""
    graph = nx.DiGraph()
    graph.add_nodes_from(boxes)
    graph.add_edges_from(edges)
    layer = _layers(graph)
    proper, layers = _proper(graph, layer)
    layers = _order(proper, layers)
    sizes = {key: boxes.get(key, BEND) for each in layers for key in each}
    rows = _rows(proper, layers, sizes)
    lefts, rights, x = [], [], 0.0
    for keys in layers:
        own = [key for key in keys if key in boxes]
        lefts.append(x)
        rights.append(x + max(boxes[key].width for key in own))
        x = rights[-1] + max(gaps.get(key, gap) for key in own)
    top = min(row - sizes[key].above for key, row in rows.items())
    bottom = max(row + sizes[key].below for key, row in rows.items())
    return Layout(
        places={key: (lefts[layer[key]], rows[key] - top) for key in boxes},
        ends={key: rights[layer[key]] for key in boxes},
        bends={
            (source, target): tuple(
                ((lefts[at], rows[source, target, at] - top), (rights[at], rows[source, target, at] - top))
                for at in range(layer[source] + 1, layer[target])
            )
            for source, target in graph.edges
        },
        width=rights[-1],
        height=bottom - top,
    )


def _layers(graph: Any) -> dict[str, int]:
    """A layer for every node: an operation right behind its last operand, an input right before what it goes into."""
    layer = {node: place for place, each in enumerate(nx.topological_generations(graph)) for node in each}
    for node in graph:
        if not graph.in_degree(node) and graph.out_degree(node):
            layer[node] = min(layer[each] for each in graph.successors(node)) - 1
    first = min(layer.values(), default=0)
    return {node: place - first for node, place in layer.items()}


def _proper(graph: Any, layer: Mapping[str, int]) -> tuple[Any, list[list[Key]]]:
    """The graph with every long edge cut into pieces from layer to layer, and the layers."""
    proper = nx.DiGraph()
    layers: list[list[Key]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in graph:
        proper.add_node(node)
        layers[layer[node]].append(node)
    for source, target in graph.edges:
        way: list[Key] = [source]
        for place in range(layer[source] + 1, layer[target]):
            way.append((source, target, place))
            layers[place].append(way[-1])
        way.append(target)
        # What comes from an operation is drawn straight before what comes from an input.
        weight = STRAIGHT if graph.in_degree(source) else 1
        ends = {source, target}
        for here, there in pairwise(way):
            proper.add_edge(here, there, weight=weight if {here, there} & ends else weight + STRAIGHT)
    return proper, layers


def _order(proper: Any, layers: list[list[Key]]) -> list[list[Key]]:
    """The layers in the best order that sweeping to and fro by the neighbours' middle finds."""
    best, fewest = layers, _crossings(proper, layers)
    for sweep in range(SWEEPS):
        layers = [list(each) for each in layers]
        forward = sweep % 2 == 0
        for place in range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1):
            near = {key: at for at, key in enumerate(layers[place - 1 if forward else place + 1])}
            neighbours = proper.pred if forward else proper.succ

            def middle(key: Key, near: Mapping[Key, int] = near, neighbours: Any = neighbours) -> float:
                found = [near[each] for each in neighbours[key]]
                return sum(found) / len(found) if found else len(near) / 2

            layers[place].sort(key=middle)
        crossings = _crossings(proper, layers)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _crossings(proper: Any, layers: Sequence[Sequence[Key]]) -> int:
    at = {key: place for each in layers for place, key in enumerate(each)}
    found = 0
    for each in layers:
        lines = [(at[key], at[target]) for key in each for target in proper.succ[key]]
        found += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    return found


def _rows(proper: Any, layers: Sequence[Sequence[Key]], boxes: Mapping[Key, Box]) -> dict[Key, float]:
    """The height of every middle line: as near to those of the neighbours as the boxes allow."""
    rows: dict[Key, float] = {}
    for each in layers:
        rows.update(_settle([(0.0, 1.0, boxes[key]) for key in each], each))
    for sweep in range(SWEEPS * 2):
        for each in layers if sweep % 2 == 0 else reversed(layers):
            wanted = []
            for key in each:
                near = [(rows[other], proper[other][key]["weight"]) for other in proper.pred[key]]
                near += [(rows[other], proper[key][other]["weight"]) for other in proper.succ[key]]
                weight = sum(weight for _, weight in near) or 1
                middle = sum(row * weight for row, weight in near) / weight if near else rows[key]
                wanted.append((middle, float(weight), boxes[key]))
            rows.update(_settle(wanted, each))
    return rows


def _settle(wanted: Sequence[tuple[float, float, Box]], keys: Sequence[Key]) -> dict[Key, float]:
    """The rows nearest to the wanted ones, by weighted squares, where no two boxes meet (pool adjacent violators)."""
    offsets = [0.0]
    for (*_, upper), (*_, lower) in pairwise(wanted):
        offsets.append(offsets[-1] + upper.below + SPACE + lower.above)
    pools: list[tuple[float, float, int]] = []
    for (row, weight, _), offset in zip(wanted, offsets, strict=True):
        pool = (row - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            other, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((other * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    levels = [level for level, _, count in pools for _ in range(count)]
    return {key: level + offset for key, level, offset in zip(keys, levels, offsets, strict=True)}
