"""Every graph is drawn, whole and readable: on the page, and below the verdict on each misconception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.exercise import Exercise
from grader.graph.build import trace, with_answers
from grader.graph.diagram import Graph
from grader.graph.exhibits import traced_graphs
from grader.report.drawing import svg
from grader.report.notebook_graph import MOST_BYTES
from tests.conftest import bench
from tests.content.exercises import EXERCISES, mistaken
from tests.course.browsing import browser
from tests.faces.test_drawn import drawing
from tests.page.test_drawing import OVERLAPS, SVG, drawn

# Mistakes may well overflow.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@cache
def known(name: str) -> dict[int, Graph]:
    """The graphs of an exercise's first cases."""
    return traced_graphs(bench(name))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_graph_is_one_svg_element_with_all_its_nodes_and_edges(exercise: Exercise) -> None:
    for graph in drawn(exercise.name):
        root = ElementTree.fromstring(svg(graph))
        assert root.tag == f"{SVG}svg"
        assert [each.get("data-node") for each in root.iter() if each.get("data-node")] == [n.id for n in graph.nodes]
        assert len([each for each in root.iter() if each.get("data-edge")]) == len(graph.edges)
        assert not [each.tag for each in root.iter() if each.tag.removeprefix(SVG) in ("script", "foreignObject", "a")]
        assert root.get("role") == "img"
        assert root.get("aria-label")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_nodes_have_the_names_that_their_exercise_gives_them_and_no_numbers(exercise: Exercise) -> None:
    for graph in drawn(exercise.name):
        assert not [node.text for node in graph.nodes if re.search(r"\bt\d+\b", node.text)]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_label_meets_another_and_none_leaves_the_drawing(exercise: Exercise, page: Any) -> None:
    answered = (mistaken(exercise.name, each.id) for each in exercise.bank)
    graphs = known(exercise.name)
    wrong = [
        with_answers(graphs[each.failing], each.answers(each.failing)) for each in answered if each.failing in graphs
    ]
    drawings = dict.fromkeys(map(svg, (*drawn(exercise.name), *graphs.values(), *wrong)))
    page.set_content("<meta charset=utf-8>" + "".join(drawings))
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_graph_that_is_answered_is_the_one_that_is_traced_with_the_answers(exercise: Exercise) -> None:
    here = bench(exercise.name)
    graphs = dict(list(known(exercise.name).items())[:4])
    for misconception in exercise.bank:
        found = mistaken(exercise.name, misconception.id)
        for number, graph in graphs.items():
            answers = found.answers(number)
            traced = trace(exercise, here.cases[number], answers)
            assert traced
            assert with_answers(graph, answers) == replace(traced, steps=graph.steps)
            assert [each.formula for each in traced.steps] == [each.formula for each in graph.steps]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_element_that_is_worked_out_is_the_one_that_the_verdict_speaks_of(exercise: Exercise) -> None:
    here = bench(exercise.name)
    for misconception in exercise.bank:
        found = mistaken(exercise.name, misconception.id)
        if found.failing is None:
            continue
        graph = trace(exercise, here.cases[found.failing], found.answers(found.failing))
        said = re.match(r"(\w+)(?:\['(\w+)'\])?(\[[\d, ]+\])?(?: = | is )", found.result.findings[0].fact)
        if not (said and graph and graph.first_wrong):
            continue
        name, key, element = said.groups()
        if name in ("grad", "gradients"):
            assert graph.first_wrong == key
        elif exercise.is_pair:
            assert graph.first_wrong == name.removeprefix("d")
        (step,) = (each for each in graph.steps if (each.phase, each.node) == ("backward", graph.first_wrong))
        assert step.place in ("", element), misconception.id


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_wrong_gradient_has_a_small_drawing_that_marks_it_once(exercise: Exercise) -> None:
    for misconception in exercise.bank:
        found = mistaken(exercise.name, misconception.id)
        result, html = found.result, drawing(bench(exercise.name), found)
        if not exercise.is_pair:
            # A capstone's mistakes aren't all in a gradient.
            assert html.count('class="hg-flag"') <= 1
            continue
        # In the case that is shown, which is the smallest in which any that are told together is wrong.
        gradient = re.split(r"\W", result.findings[0].fact)[0]
        if html:
            assert html.count('class="hg-flag"') == 1
            assert f"The first wrong gradient is {gradient}." in html
            assert len(html.encode()) <= MOST_BYTES
            assert "<script" not in html
            ElementTree.fromstring(html)
        else:
            # What raises has no gradient.
            assert "raises" in result.findings[0].headline
