"""The graph of the case that a verdict shows, for a notebook: without script, with the first wrong gradient marked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from grader.exercise import Array
from grader.graph.exhibits import coarse
from grader.judging.answers import observe
from grader.judging.judgement import Bench
from grader.judging.observation import Observation
from grader.reference.oracle import Reference, TorchNeededError
from grader.results import ExerciseResult
from grader.sandbox.wire.records import Run

if TYPE_CHECKING:
    from grader.graph.diagram import Graph, Node
    from grader.graph.own import Own

MOST_NODES = 40
"""A larger graph says nothing at a glance, and takes its time."""

MOST_BYTES = 30_000
"""A longer drawing is left out: a class has many notebooks."""

LEAST_SCALE = 0.8
"""A drawing that is smaller can't be read."""

_WIDTH = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)"')
_MARK = re.compile(r'class="hg-flag" x="([\d.]+)"')

MOST_CASES = 10
"""Of so many cases the graph is traced beforehand; a mistake that shows in none of them is rare."""


def drawing(bench: Bench, run: Run, result: ExerciseResult) -> str:
    """The graph as HTML, if the verdict is a wrong gradient; else "".

    A bench with `graphs` takes it from these, without PyTorch; then there may be none.
    """
    number = result.findings[0].case if result.status == "failed" and result.findings else None
    if number is None:
        return ""
    one = slice(number, number + 1)
    (seen,) = observe(bench.exercise, bench.cases[one], bench.references[one], run.replies[one])
    try:
        graph = _graph(bench, number, seen, coarse(result, seen))
    except TorchNeededError:
        return ""
    return _html(graph) if graph else ""


def traced(bench: Bench) -> dict[int, Graph]:
    """The graphs of a bench's first cases by their number, for where there is no PyTorch; asks it."""
    from grader.graph.build import trace

    # The references come first: they import PyTorch in the way that costs least.
    given = zip(bench.references, bench.cases[:MOST_CASES], strict=False)
    graphs = {number: trace(bench.exercise, case) for number, (_, case) in enumerate(given)}
    return {number: graph for number, graph in graphs.items() if graph and _is_fit(bench, graph)}


def answered(bench: Bench, graph: Graph, seen: Observation, few: Collection[str] = ()) -> Graph:
    """A case's graph with a submission's answers. Raises what `bench.following` does.

    It is what `trace` makes with these, but that the shares drawn at a tie stay PyTorch's. Those in `few` are wrong
    though they agree.
    """
    from grader.graph.own import own

    answers = own(bench.exercise, seen.case, seen.got, _gradients(graph, seen.reference), bench.following, few)
    ids = {node.name: node.id for node in graph.nodes if node.name}
    mine = {ids[name]: each for name, each in answers.items()}
    nodes = (_with(node, mine[node.id]) if node.id in mine else node for node in graph.nodes)
    wrong = [ids[name] for name, each in answers.items() if each.is_wrong]
    return replace(graph, nodes=tuple(nodes), first_wrong=wrong[0] if wrong else "")


def _with(node: Node, answer: Own) -> Node:
    from grader.graph.build import record

    return replace(node, mine=None if answer.value is None else record(answer.value), state=answer.state)


def _graph(bench: Bench, number: int, seen: Observation, few: Collection[str]) -> Graph | None:
    from grader.graph.build import trace

    if bench.graphs is None:
        graph = trace(bench.exercise, seen.case, seen.got, few)
        return graph if graph and _is_fit(bench, graph) else None
    known = bench.graphs.get(number)
    return answered(bench, known, seen, few) if known else None


def _is_fit(bench: Bench, graph: Graph) -> bool:
    """Whether a graph is to be drawn; a capstone's large gradients stand nowhere in full."""
    whole = bench.exercise.is_pair or all(node.gradient is None or node.gradient.is_whole for node in graph.nodes)
    return whole and len(graph.nodes) <= MOST_NODES


def _gradients(graph: Graph, reference: Reference) -> Mapping[str, Array]:
    """PyTorch's gradients by the name of the node."""
    return {
        node.name: np.reshape(node.gradient.numbers, node.gradient.shape)
        if node.gradient.is_whole
        else np.asarray(reference.gradients.get(f"d{node.name}", np.nan))
        for node in graph.nodes
        if node.name and node.gradient
    }


@lru_cache(maxsize=256)
def _html(graph: Graph) -> str:
    """In a class many make the same mistake."""
    from grader.report.drawing import svg

    if not graph.first_wrong:
        return ""
    drawn = svg(graph)
    # What is wider than the notebook shrinks a little, and then is scrolled by itself, from the end that has the mark.
    width, mark = (float(found[1]) for found in (_WIDTH.search(drawn), _MARK.search(drawn)) if found)
    size = f"direction:ltr;width:100%;max-width:{width:.0f}px;min-width:{LEAST_SCALE * width:.0f}px;height:auto"
    side = "rtl" if mark > width / 2 else "ltr"
    attributes = 'tabindex="0" role="group" aria-label="Computation graph"'
    style = f"overflow-x:auto;direction:{side};text-align:left"
    notes = "".join(f'<p style="direction:ltr">{escape(each)}</p>' for each in graph.notes)
    html = f'<div {attributes} style="{style}">{drawn.replace("<svg ", f"""<svg style="{size}" """, 1)}{notes}</div>'
    return html if len(html.encode()) <= MOST_BYTES else ""
