"""Along each path to the loss the local derivatives are multiplied, and the products add up to PyTorch's gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.graph.diagram import Exhibit
from grader.graph.paths import MOST_PATHS, Paths
from grader.report.page.contents import graph_data
from grader.report.page.pointing import pointing_data
from tests.graph.evaluating import rounding, value
from tests.graph.test_graphs import array, drawn, traced


@pytest.mark.parametrize("name", ["add_multiply", "branch_merge", "two_updates", "engine", "relu_network"])
def test_the_products_and_the_sum_that_are_told_are_true(name: str) -> None:
    told = 0
    for _, _, graph in traced(name):
        for node, data in zip(graph.nodes, pointing_data(graph), strict=True):
            for text in [*(path.get("product", "") for path in data.get("paths", ())), data.get("total", "")]:
                left, is_written, right = text.partition(" = ")
                if is_written:
                    assert value(left) == pytest.approx(
                        value(right), abs=float(rounding(left)) + 1e-3 * abs(value(right)) + 1e-6
                    )
                    told += 1
            if total := data.get("total"):
                assert value(total.rpartition(" = ")[2]) == pytest.approx(
                    array(node.gradient).item(), rel=1e-2, abs=1e-4
                )
    assert told


def test_a_graph_of_very_many_paths_is_told_at_once_with_their_number() -> None:
    def forward(x: Any) -> Any:
        for _ in range(9):
            x = x * 0.5 + x * x
        return x

    graph = drawn(forward, x=[0.5])
    (x,) = (node for node in graph.nodes if node.kind == "input")
    assert Paths(graph).count(x.id) == 3**9
    data = pointing_data(graph)[graph.nodes.index(x)]
    assert len(data["paths"]) == MOST_PATHS
    assert data["more"] == 3**9 - MOST_PATHS
    assert "total" not in data


@pytest.mark.parametrize(
    ("name", "source", "sums"),
    [
        ("affine", "X", "the 2 columns of X @ W"),
        ("affine", "W", "the 3 rows of X @ W"),
        ("affine", "b", "axis 0 of Z"),
        ("attention", "scores", "its row of weights"),
        ("layernorm", "mean", "axis 1 of x − mean"),
        ("max_pool", "x", "the windows of out whose largest pixel it is"),
        ("relu", "x", ""),
    ],
)
def test_of_arrays_it_is_told_what_is_summed(name: str, source: str, sums: str) -> None:
    _, _, graph = traced(name)[0]
    assert {edge.sums for edge in graph.edges if edge.source == source and edge.local} >= {sums}
    data = graph_data(Exhibit(graph, ""))
    assert next(each for each in data["nodes"] if each["id"] == source)["shape"] == str(
        next(each.value.shape for each in graph.nodes if each.id == source)
    )


def test_what_is_summed_is_what_the_contribution_lacks_of_the_gradient_above_it() -> None:
    for name in ("affine", "layernorm", "broadcast_multiply", "two_layer_batch"):
        for _, _, graph in traced(name):
            nodes = {node.id: node for node in graph.nodes}
            for edge in graph.edges:
                above, here = nodes[edge.target], nodes[edge.source]
                if "axis" in edge.sums and above.gradient and here.gradient:
                    axes = [int(each) for each in edge.sums.split(" of ")[0].split() if each.isdigit()]
                    kept = np.prod([size for axis, size in enumerate(above.gradient.shape) if axis not in axes])
                    assert kept == np.prod(here.gradient.shape)
