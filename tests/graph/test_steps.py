"""Every step of every graph, computed again from the numbers that it shows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader import catalog
from grader.exercise import Array, Exercise
from grader.graph.build import graphs
from grader.graph.diagram import Array as Shown
from grader.graph.diagram import Step
from tests.graph.evaluating import formula, half_unit, rounding, value
from tests.graph.test_graphs import traced

EXERCISES = [pytest.param(exercise, id=exercise.name) for exercise in catalog.every()]


_NAMED_ONLY = re.compile(r"(conv2d\w*|max_pool\w*|one_hot|cross_entropy)\(")
"""Functions whose arithmetic only an element shows."""


def whole(array: Shown) -> Array:
    return np.array(array.numbers).reshape(array.shape)


def shown(exercise: Exercise) -> list[Step]:
    """The steps of the examples, and of the first cases of each other group."""
    more = [graph for case, _, graph in traced(exercise.name) if case.group != "examples"]
    return [step for graph in [*graphs(exercise), *more] for step in graph.steps]


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
                got = np.broadcast_to(formula(right or left, gradients, values), shown.shape)
                rtol = 1e-4 if re.search(r"\.\d{4}", right) else 1e-7
                np.testing.assert_allclose(got, whole(shown), rtol=rtol, atol=1e-9, err_msg=step.line)
            if step.phase == "backward":
                gradients[left] = whole(shown)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_is_not_written_out_is_short_of_nothing_but_what_the_formula_says(exercise: Exercise) -> None:
    for step in shown(exercise):
        assert "∂" not in step.formula, "every operation of the catalogue has its rule"
        assert len(step.numbers) <= 100
        if "…" in step.numbers:
            assert exercise.name in ("train", "conv2d"), step.line


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


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-3.0, "−3"),
        (0.1 + 0.2, "0.3"),
        (0.20699, "0.2070"),
        (-0.00278912, "−0.00279"),
        (0.000305995, "0.000306"),
        (1 / 3, "0.3333"),
        (1234.56789, "1234.5679"),
        (1e-5, "0.00001"),
        (3.2e-9, "3.200e−09"),
        (-1e300, "−1.000e300"),
        (float("nan"), "nan"),
        (-float("inf"), "−∞"),
    ],
)
def test_a_number_is_exact_to_four_decimals_or_three_digits(number: float, written: str) -> None:
    from grader.text.numbers import figure

    assert figure(number) == written
