"""The paths from a value to the outputs: along each the local derivatives are multiplied, and the products add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

from grader.graph.diagram import Graph, Node, Path

MOST_PATHS = 6
"""Of more, the others are counted alone."""


def with_paths(graph: Graph) -> Graph:
    """The graph with the paths of every node that a gradient comes back to."""
    paths = Paths(graph)
    return replace(graph, nodes=tuple(_with_paths(node, paths) for node in graph.nodes))


def _with_paths(node: Node, paths: Paths) -> Node:
    if node.gradient is None or node.kind == "output":
        return node
    return replace(node, paths=paths.of(node.id), more=max(0, paths.count(node.id) - MOST_PATHS))


class Paths:
    """The paths of a graph along which gradients flow."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes = {node.id: node for node in graph.nodes}

    def of(self, node: str) -> tuple[Path, ...]:
        """The first few paths from a node, the nearest consumers' first; an output has one without an edge."""
        return tuple(map(self._path, islice(self._ways(node), MOST_PATHS)))

    def count(self, node: str) -> int:
        """How many paths there are from a node."""
        return self._counts[node]

    @cached_property
    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for node in reversed(self._graph.nodes):
            ends = node.kind == "output" and node.gradient is not None
            counts[node.id] = ends + sum(counts[self._graph.edges[edge].target] for edge in self._out[node.id])
        return counts

    @cached_property
    def _out(self) -> dict[str, list[int]]:
        """The edges by which a node's gradient comes back."""
        out: dict[str, list[int]] = {node.id: [] for node in self._graph.nodes}
        for number, edge in enumerate(self._graph.edges):
            ends = self._nodes[edge.source], self._nodes[edge.target]
            if all(each.gradient for each in ends) and ends[0].kind != "output":
                out[edge.source].append(number)
        return out

    def _ways(self, node: str) -> Iterator[tuple[int, ...]]:
        if self._nodes[node].kind == "output":
            yield ()
        for edge in self._out[node]:
            target = self._graph.edges[edge].target
            # No step into what leads nowhere: a graph may have very many paths.
            if self._counts[target]:
                yield from ((edge, *others) for others in self._ways(target))

    def _path(self, edges: tuple[int, ...]) -> Path:
        end = self._nodes[self._graph.edges[edges[-1]].target] if edges else None
        slopes = [self._graph.edges[each].slope for each in edges]
        known = [each for each in slopes if each is not None]
        if not end or not end.gradient or len(end.gradient.numbers) != 1 or len(known) < len(slopes):
            return Path(edges)
        return Path(edges, (*known, end.gradient.numbers[0]))
