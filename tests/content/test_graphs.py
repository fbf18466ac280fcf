"""Every exercise has its graph: its own forward, with PyTorch's values and gradients."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pytest

from grader.cases import Case, cases
from grader.exercise import Array, Exercise
from grader.graph.build import graphs
from grader.graph.paths import MOST_PATHS, Paths
from grader.graph.rules import RULES
from grader.graph.tracing import forward_trace
from grader.reference.oracle import Reference
from tests.content.exercises import EXERCISES, NETWORKS, PAIRS
from tests.graph.test_graphs import array, custom, traced

MOST_JSON = 50_000
"""The characters that an exercise's graphs may take: a page has them all."""


def lacking(exercise: Exercise) -> str:
    """What is to be done about the operations of a forward that have no rule; "" where all have one."""
    traces = [forward_trace(exercise, case) for case in {case.group: case for case in cases(exercise)}.values()]
    used = {value.operation for each in traces if each for value in each.values if value.operation}
    if not (names := ", ".join(sorted(used - set(RULES)))):
        return ""
    return (
        f"the forward of {exercise.name} uses {names}, whose arithmetic can't be shown: "
        "write the rule in grader/graph/rules.py, or the forward with operations that have one"
    )


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_operation_of_the_forward_has_its_rule(exercise: Exercise) -> None:
    assert not (fault := lacking(exercise)), fault


def test_an_operation_without_a_rule_is_named_with_the_file_where_the_rule_goes() -> None:
    assert lacking(custom(lambda x: x.square() + x.erf() * x)) == (
        "the forward of custom uses erf, square, whose arithmetic can't be shown: "
        "write the rule in grader/graph/rules.py, or the forward with operations that have one"
    )
    assert not lacking(custom(lambda x: x**2))


def gradients(exercise: Exercise, case: Case, reference: Reference) -> dict[str, Array]:
    """PyTorch's gradients by the name of the node, from what the reference says."""
    said: Mapping[str, Array] = reference.gradients
    if exercise.is_pair:
        return {name.removeprefix("d"): each for name, each in said.items()}
    if exercise.name == "two_updates":
        before, after = case.inputs["parameters"], reference.gradients["steps"][0]
        return {name: np.asarray((before[name] - after[name]) / case.inputs["lr"]) for name in before}
    parts = {"engine": "grad", "train": "gradients"}
    if exercise.name in parts:
        return {name: np.asarray(each) for name, each in reference.gradients[parts[exercise.name]].items()}
    return {"x": said["dx"] if "dx" in said else said["numerical"]}


def first(expected: Array) -> Array:
    """As much of an array as a record keeps."""
    return np.ravel(expected)[:64]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_gradients_are_those_that_the_judge_compares_with(exercise: Exercise) -> None:
    for case, reference, graph in traced(exercise.name):
        nodes = {node.name: node for node in graph.nodes if node.name}
        for name, expected in gradients(exercise, case, reference).items():
            if name not in nodes:
                # A value that the output of a random program doesn't depend on.
                assert exercise.name == "engine"
                assert not np.any(expected)
                continue
            np.testing.assert_allclose(array(nodes[name].gradient), first(expected), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_the_consumers_add_is_the_gradient(exercise: Exercise) -> None:
    if lacking(exercise):
        pytest.skip("an operation has no rule, as another test says")
    for _, _, graph in traced(exercise.name):
        for node in graph.nodes:
            if node.gradient and node.kind != "output":
                total = sum((array(each.value) for each in node.contributions), np.zeros(()))
                np.testing.assert_allclose(total, array(node.gradient), rtol=1e-9, atol=1e-12)
                consumers = [edge.target for edge in graph.edges if edge.source == node.id]
                assert [each.consumer for each in node.contributions] == consumers


@pytest.mark.parametrize("exercise", EXERCISES)
def test_where_all_are_numbers_what_comes_back_along_all_paths_is_the_gradient(exercise: Exercise) -> None:
    for _, _, graph in traced(exercise.name):
        paths = Paths(graph)
        if any(len(node.value.numbers) != 1 for node in graph.nodes):
            continue
        for node in graph.nodes:
            if node.gradient and node.kind != "output" and paths.count(node.id) <= MOST_PATHS:
                # Each has its product: nothing between two numbers is left out.
                assert all(path.factors for path in paths.of(node.id))
                total = sum(path.product for path in paths.of(node.id))
                assert total == pytest.approx(array(node.gradient).item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_value_reaches_the_output_and_none_comes_before_its_operands(exercise: Exercise) -> None:
    for _, _, graph in traced(exercise.name):
        place = {node.id: number for number, node in enumerate(graph.nodes)}
        assert len(place) == len(graph.nodes)
        assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
        reached = {node.id for node in graph.nodes if node.kind == "output"}
        for node in reversed(graph.nodes):
            reached |= {edge.source for edge in graph.edges if edge.target == node.id and node.id in reached}
        assert reached == set(place)


@pytest.mark.parametrize("exercise", PAIRS)
def test_every_input_and_named_node_is_in_the_graph(exercise: Exercise) -> None:
    for case, reference, graph in traced(exercise.name):
        names = {node.name for node in graph.nodes}
        arrays = {spec.name for spec in exercise.inputs if isinstance(case.inputs[spec.name], float | np.ndarray)}
        assert arrays | set(reference.nodes) <= names
        for name, expected in reference.nodes.items():
            (node,) = (node for node in graph.nodes if node.name == name)
            np.testing.assert_allclose(array(node.value), first(expected), rtol=1e-12)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_step_is_there_for_every_computed_value_and_every_gradient_in_the_order_of_the_passes(
    exercise: Exercise,
) -> None:
    for _, _, graph in traced(exercise.name):
        forward = [step.node for step in graph.steps if step.phase == "forward"]
        backward = [step.node for step in graph.steps if step.phase == "backward"]
        assert forward == [node.id for node in graph.nodes if node.kind in ("operation", "output")]
        assert sorted(backward) == sorted(node.id for node in graph.nodes if node.gradient)
        assert [step.phase for step in graph.steps] == ["forward"] * len(forward) + ["backward"] * len(backward)
        place = {each: number for number, each in enumerate(backward)}
        for edge in graph.edges:
            if edge.source in place and edge.target in place:
                assert place[edge.target] < place[edge.source]


@pytest.mark.parametrize("exercise", NETWORKS)
def test_the_backward_pass_takes_the_order_that_the_exercise_asks_in(exercise: Exercise) -> None:
    for graph in graphs(exercise):
        names = {node.id: node.name for node in graph.nodes}
        taken = [f"d{names[step.node]}" for step in graph.steps if step.phase == "backward"]
        assert [name for name in taken if name in exercise.gradients] == list(exercise.gradients)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_worked_example_has_its_graph(exercise: Exercise) -> None:
    assert [graph.source for graph in graphs(exercise)] == [example.source for example in exercise.examples]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_json_is_small_and_has_no_number_that_json_lacks(exercise: Exercise) -> None:
    every = [graph.to_json() for graph in graphs(exercise)]
    assert len(json.dumps(every, allow_nan=False)) < MOST_JSON
