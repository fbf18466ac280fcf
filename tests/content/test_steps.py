"""Every step of every graph, computed again from the numbers that it shows."""

from __future__ import annotations

import re
from math import prod

import numpy as np
import pytest

from grader.exercise import Array, Exercise
from grader.graph.build import graphs
from grader.graph.diagram import Array as Shown
from grader.graph.diagram import Graph, Step
from grader.graph.terms import MOST_SUMMANDS
from tests.content.exercises import EXERCISES
from tests.content.test_graphs import lacking
from tests.graph.evaluating import formula, half_unit, rounding, value
from tests.graph.test_graphs import traced

_NAMED_ONLY = re.compile(r"(conv2d\w*|max_pool\w*|one_hot|cross_entropy)\(")
"""Functions whose arithmetic only an element shows."""


def whole(array: Shown) -> Array:
    return np.array(array.numbers).reshape(array.shape)


def drawn(exercise: Exercise) -> list[Graph]:
    """The graphs of the examples, and of the first cases of each other group."""
    return [*graphs(exercise), *(graph for case, _, graph in traced(exercise.name) if case.group != "examples")]


@pytest.fixture(autouse=True)
def has_rules(exercise: Exercise) -> None:
    """Leaves it to one test to say that an operation has no rule: what follows from that is no news."""
    if lacking(exercise):
        pytest.skip("an operation has no rule, as another test says")


def shown(exercise: Exercise) -> list[Step]:
    return [step for graph in drawn(exercise) for step in graph.steps]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_shown_result_is_what_the_shown_numbers_come_to(exercise: Exercise) -> None:
    computed = [step for step in shown(exercise) if step.numbers and "…" not in step.numbers]
    for step in computed:
        result, got = value(step.result), value(step.numbers)
        units = [half_unit(each.replace("−", "-")) for each in re.findall(r"\d+\.\d{4,}|\d\.\d+e−?\d+", step.result)]
        allowed = 1.2 * rounding(step.numbers) + 1.01 * max(units, default=0.0) + 1e-9
        assert np.all(np.abs(got - result) <= allowed), step.line
    assert computed


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_formula_says_in_symbols_what_the_arrays_are(exercise: Exercise) -> None:
    for _, _, graph in traced(exercise.name):
        if not all(node.value.is_whole for node in graph.nodes):
            continue
        nodes = {node.id: node for node in graph.nodes}
        values = {node.text: whole(node.value) for node in graph.nodes if node.text.isidentifier()}
        gradients: dict[str, Array] = {}
        for step in graph.steps:
            left, _, right = step.formula.partition(" = ")
            shown = nodes[step.node].value if step.phase == "forward" else nodes[step.node].gradient
            assert shown
            if (step.phase == "forward" or right) and not _NAMED_ONLY.search(right or left):
                written, expected = right or left, whole(shown)
                got = np.broadcast_to(formula(written, gradients, values), shown.shape)
                # A constant may stand there rounded: by so much the formula is off.
                off = np.zeros(shown.shape)
                for each in re.finditer(r"\d+\.\d{4,}", written):
                    for sign in (1, -1):
                        moved = f"{float(each[0]) + sign * half_unit(each[0]):.9f}"
                        other = formula(written[: each.start()] + moved + written[each.end() :], gradients, values)
                        off = off + np.abs(other - got)
                assert np.all(np.abs(got - expected) <= 1e-9 + 1e-7 * np.abs(expected) + 1.2 * off), step.line
            if step.phase == "backward":
                gradients[left] = whole(shown)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_is_not_written_out_is_short_of_nothing_but_what_the_formula_says(exercise: Exercise) -> None:
    for graph in drawn(exercise):
        largest = max(prod(node.value.shape) for node in graph.nodes)
        for step in graph.steps:
            assert "∂" not in step.formula, f"no rule in grader/graph/rules.py gives these numbers: {step.line}"
            assert len(step.numbers) <= 100
            assert "…" not in step.numbers or largest > MOST_SUMMANDS, step.line


@pytest.mark.parametrize("exercise", EXERCISES)
def test_where_fewer_numbers_are_computed_than_there_are_the_step_says_that_they_are_spread(exercise: Exercise) -> None:
    for step in shown(exercise):
        if step.numbers and not step.place and "…" not in step.line and "[]" not in step.line:
            got, result = value(step.numbers), value(step.result)
            # A single number is written without brackets.
            fewer = got.size < result.size or (not got.ndim and result.ndim > 0)
            assert step.spread == (str(result.shape) if fewer else ""), step.line
            assert not step.spread or f"{step.numbers}, spread over {step.spread}: {step.result}" in step.line


@pytest.mark.parametrize("exercise", EXERCISES)
def test_signs_are_minus_signs_and_never_meet(exercise: Exercise) -> None:
    for step in shown(exercise):
        assert "-" not in step.line
        assert not re.search(r"[+−·@/] ?−|\(\(\(", step.numbers), step.line
