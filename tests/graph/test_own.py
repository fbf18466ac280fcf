"""A submission's own gradients stand beside PyTorch's, each with its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case
from grader.exercise import Exercise
from grader.graph.build import trace
from grader.graph.diagram import Graph, Node
from grader.report.drawing import svg
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Plain, Unsupported
from tests.conftest import bench
from tests.graph.evaluating import value
from tests.submissions import judged


def graph(exercise: Exercise, case: Case, mine: Mapping[str, Any]) -> Graph:
    answers = judged(bench(exercise.name), case, {name: plain(each) for name, each in mine.items()}).answers(0)
    drawn = trace(exercise, case, answers)
    assert drawn
    return drawn


def states(drawn: Graph) -> dict[str, str]:
    return {f"d{node.name}": node.state for node in drawn.nodes if node.state}


def node(drawn: Graph, name: str) -> Node:
    return next(each for each in drawn.nodes if each.name == name)


def test_the_capstones_gradients_are_found_under_the_names_that_they_come_back_by() -> None:
    for name, count in {"engine": 5, "train": 4, "gradient_check": 1, "relu_jacobian": 1}.items():
        here = bench(name)
        drawn = graph(here.exercise, here.cases[0], here.references[0].gradients)
        assert list(states(drawn).values()).count("right") == count, name
        assert drawn.first_wrong == ""


def test_a_gradient_that_never_came_back_is_missing() -> None:
    here = bench("two_layer")
    drawn = graph(here.exercise, here.cases[0], {"da2": here.references[0].gradients["da2"]})
    assert states(drawn)["da2"] == "right"
    assert drawn.first_wrong == "z2"
    assert node(drawn, "z2").state == "missing"
    assert node(drawn, "z2").mine is None


def test_a_gradient_of_another_shape_is_wrong_and_shown_as_it_is() -> None:
    here = bench("affine")
    gradients = here.references[0].gradients
    drawn = graph(here.exercise, here.cases[0], {**gradients, "dW": np.transpose(gradients["dW"])[:, :1]})
    assert states(drawn) == {"dX": "right", "dW": "wrong", "db": "right"}
    mine = node(drawn, "W").mine
    assert mine
    assert mine.shape == (2, 1)


def test_what_is_no_array_of_numbers_is_said_to_be_none() -> None:
    here = bench("multiply")
    odd: dict[str, Plain] = {"da": Unsupported("a string"), "db": [[1.0], [2.0, 3.0]]}
    drawn = graph(here.exercise, here.cases[0], odd)
    assert states(drawn) == {"da": "unusable", "db": "unusable"}
    assert drawn.first_wrong == "a"
    assert "✗ yours: no number" in svg(drawn).replace("\u00a0", " ")


def test_at_a_tie_any_share_is_right() -> None:
    exercise = catalog.get("max")
    case = Case("tie", "edges", {"a": np.array([2.0, 1.0]), "b": np.array([2.0, 3.0])}, np.array([5.0, 7.0]))
    drawn = graph(exercise, case, {"da": np.array([5.0, 0.0]), "db": np.array([0.0, 7.0])})
    assert states(drawn) == {"da": "right", "db": "right"}
    drawn = graph(exercise, case, {"da": np.array([5.0, 0.0]), "db": np.array([5.0, 7.0])})
    assert "wrong" in states(drawn).values()


@pytest.mark.parametrize("shares", [(1.0, 1.0), (0.0, 0.0), (0.25, 0.25), (0.0, 1.0), (0.3, 0.8)])
def test_at_a_tie_the_graph_shows_the_shares_that_are_compared_with(shares: tuple[float, float]) -> None:
    exercise, dout, share = catalog.get("max"), np.array([5.0, -7.0, 3.0]), np.array([*shares, 0.0])
    case = Case("tie", "edges", {"a": np.array([2.0, 3.0, 1.0]), "b": np.array([2.0, 3.0, 4.0])}, dout)
    drawn = graph(exercise, case, {"da": dout * share, "db": dout * (1 - share)})
    steps = {step.node: step for step in drawn.steps if step.phase == "backward"}
    for name, mine in (("a", dout * share), ("b", dout * (1 - share))):
        assert states(drawn)[f"d{name}"] == "right"
        shown = node(drawn, name).gradient
        assert shown
        np.testing.assert_allclose(shown.numbers, mine)
        np.testing.assert_allclose(value(steps[name].numbers), mine)
        np.testing.assert_allclose(value(steps[name].result), mine)
    assert "PyTorch takes half each" in drawn.notes[0]
    assert ("share is the part of a" in drawn.notes[0]) == (shares[0] != shares[1])


def test_a_wrong_share_stands_beside_what_goes_with_the_other_one() -> None:
    exercise = catalog.get("max")
    case = Case("tie", "edges", {"a": np.array([2.0]), "b": np.array([2.0])}, np.array([5.0]))
    drawn = graph(exercise, case, {"da": np.array([5.0]), "db": np.array([5.0])})
    assert states(drawn) == {"da": "right", "db": "wrong"}
    shown = node(drawn, "b").gradient
    assert shown
    assert shown.numbers == (0.0,)


def test_pytorchs_own_shares_need_no_word_on_ties() -> None:
    exercise = catalog.get("max")
    case = Case("tie", "edges", {"a": np.array([2.0]), "b": np.array([2.0])}, np.array([5.0]))
    assert graph(exercise, case, {"da": np.array([2.5]), "db": np.array([2.5])}).notes == ()


def test_a_name_that_is_used_again_has_its_answer_at_its_last_value_only() -> None:
    here = bench("engine")
    case = next(case for case in here.cases if case.name == "a value used 200 times")
    drawn = graph(here.exercise, case, {"grad": {"a": 200.0, "b": 3.0}})
    answers = {each.id: each.state for each in drawn.nodes if each.state}
    assert answers == {"a": "right", drawn.nodes[-1].id: "wrong"}
    assert drawn.first_wrong == drawn.nodes[-1].id


def test_without_a_submission_no_node_has_a_state() -> None:
    drawn = trace(catalog.get("two_layer"), bench("two_layer").cases[0])
    assert drawn
    assert states(drawn) == {}
    assert drawn.first_wrong == ""


@pytest.mark.parametrize("name", ["affine", "relu"])
def test_a_float32_case_is_compared_as_the_judge_compares_it(name: str) -> None:
    here = bench(name)
    case, reference = next(pair for pair in zip(here.cases, here.references, strict=True) if pair[0].float32)
    drawn = graph(here.exercise, case, {each: np.float32(value) for each, value in reference.gradients.items()})
    assert set(states(drawn).values()) == {"right"}
