"""Where a formula gives a student's wrong gradient, its arithmetic stands beside the right one, and is true."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case, examples
from grader.exercise import Exercise
from grader.graph.build import record, trace
from grader.graph.diagram import Array, Node
from grader.graph.exhibits import exhibits
from grader.graph.own_steps import own_step
from grader.judging.judgement import judgement
from grader.sandbox.host.worker import Sandbox
from tests.conftest import bench
from tests.graph.evaluating import FUNCTIONS, rounding, value
from tests.judge.written import edited

NAMES = ("relu", "tanh", "squared_error", "linear_neuron", "two_layer", "branch_merge", "affine", "layernorm")


def mistaken(exercise: Exercise, case: Case, formula: str) -> list[Node]:
    """The nodes with the gradients that a formula gives, where they are not PyTorch's."""
    graph = trace(exercise, case)
    assert graph
    got = exercise.run(exercise.books[0].replaced(formula), *case.arguments)
    nodes = [replace(node, mine=record(got[f"d{node.name}"])) for node in graph.nodes if f"d{node.name}" in got]
    return [node for node in nodes if node.gradient and not _alike(node.mine, node.gradient)]


def _alike(mine: Array | None, gradient: Array) -> bool:
    return mine is None or (mine.shape == gradient.shape and np.allclose(mine.numbers, gradient.numbers))


@pytest.mark.parametrize("name", NAMES)
def test_the_arithmetic_of_a_known_mistake_comes_to_the_students_own_number(name: str) -> None:
    exercise = catalog.get(name)
    case = next(iter(examples(exercise)))
    shown = 0
    for mistake in exercise.bank:
        for node in mistaken(exercise, case, mistake.formula) if mistake.formula else ():
            if (step := own_step(exercise, case, mistake.formula, node)) is None:
                continue
            shown += 1
            assert node.mine
            assert step.formula.split("; ")[-1].startswith(f"d{node.name} = ")
            if not step.numbers or set(re.findall(r"[a-z_]+(?=\()", step.numbers)) - set(FUNCTIONS):
                continue
            written = step.numbers.replace("≥", ">=").replace("≤", "<=")
            with np.errstate(all="ignore"):
                off = np.abs(value(written) - value(step.result))
            assert np.all(off <= rounding(written) + 1e-3 * np.abs(value(step.result)) + 1e-4), step.line
    assert shown


def test_a_formula_that_gives_other_numbers_is_not_said_to_give_the_students() -> None:
    exercise = catalog.get("relu")
    case = next(iter(examples(exercise)))
    (node,) = mistaken(exercise, case, "dx = dout * (dout > 0)")
    assert own_step(exercise, case, "dx = dout * (dout > 0)", node)
    for other in ("dx = dout * (x >= 0) * 2", "dx = dout[", "dy = dout", "dx = unknown(dout)"):
        assert own_step(exercise, case, other, node) is None


def test_a_verdict_that_names_a_formula_shows_its_arithmetic_where_it_fails(sandbox: Sandbox) -> None:
    here = bench("relu")
    run = sandbox.run(here.job(edited("relu", "return dout * (x > 0)", "return dout * (dout > 0)").encode()))
    (failing,) = (each for each in exhibits(here, judgement(here, "relu", run)) if each.failing)
    (node,) = (each for each in failing.graph.nodes if each.name == "x")
    assert node.own.startswith("dx = dout · (dout > 0)")
