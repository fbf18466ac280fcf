"""A submission's own gradients stand beside PyTorch's, and the first wrong one is the one that the verdict names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.answers import observe
from grader.cases import Case
from grader.compare import mismatch, tolerance
from grader.exercise import Exercise, Misconception
from grader.graph.build import trace
from grader.graph.records import Graph, Node
from grader.judge import judge
from grader.observation import Observation
from grader.reference import following
from grader.results import Finding
from grader.sandbox.plain import plain
from grader.sandbox.records import Plain, Unsupported
from grader.wording import call
from tests.conftest import bench
from tests.submissions import answered

PAIRS = [exercise for exercise in catalog.every() if exercise.is_pair]
NETWORKS = [pytest.param(exercise, id=exercise.name) for exercise in PAIRS if exercise.network]
MISTAKES = [
    pytest.param(exercise, each, id=f"{exercise.name}-{each.id}") for exercise in PAIRS for each in exercise.bank
]


def shown(exercise: Exercise, misconception: Misconception) -> tuple[Finding, Observation]:
    """What a submission with the mistake is told first, and the case that it is shown."""
    here = bench(exercise.name)
    with np.errstate(all="ignore"):
        run = answered(here, misconception)
    finding = judge(here, exercise.file, run).findings[0]
    seen = observe(exercise, here.cases, here.references, run.replies)
    return finding, next((each for each in seen if is_shown(exercise, each, finding)), seen[0])


def is_shown(exercise: Exercise, seen: Observation, finding: Finding) -> bool:
    """Whether a finding's call and fact are those of a case: two large cases may be written alike."""
    name = finding.fact.replace("[", " ").split(" ")[0]
    if call(exercise, seen.case) != finding.call or name not in (seen.got or {}):
        return False
    within = tolerance(seen.case.float32, exercise.rtol)
    assert seen.got
    wrong = mismatch(name, seen.got[name], seen.reference.gradients[name], within, seen.reference.says)
    return wrong is not None and wrong.fact == finding.fact


def graph(exercise: Exercise, case: Case, mine: Mapping[str, Any]) -> Graph:
    drawn = trace(exercise, case, {name: plain(each) for name, each in mine.items()})
    assert drawn
    return drawn


def states(drawn: Graph) -> dict[str, str]:
    return {f"d{node.name}": node.state for node in drawn.nodes if node.state}


def node(drawn: Graph, name: str) -> Node:
    return next(each for each in drawn.nodes if each.name == name)


@pytest.mark.parametrize(("exercise", "misconception"), MISTAKES)
def test_the_first_wrong_node_is_the_gradient_that_the_verdict_names(
    exercise: Exercise, misconception: Misconception
) -> None:
    finding, seen = shown(exercise, misconception)
    named = finding.headline.replace(",", "").split()[0]
    if named not in exercise.gradients:
        assert named == exercise.functions[-1], "an error of its own, before any gradient"
        return
    drawn = trace(exercise, seen.case, seen.got)
    assert drawn
    assert f"d{drawn.first_wrong}" == named
    order = list(exercise.gradients)
    assert all(states(drawn)[name] == "right" for name in order[: order.index(named)])


@pytest.mark.parametrize("exercise", NETWORKS)
def test_what_follows_from_a_wrong_node_is_not_wrong_by_itself(exercise: Exercise) -> None:
    here = bench(exercise.name)
    case, right = here.cases[0], here.references[0].gradients
    for place, wrong in enumerate(exercise.gradients):
        got = dict(right)
        got[wrong] = np.asarray(right[wrong]) * 1.5 + 0.25
        for name in exercise.gradients[place + 1 :]:
            got[name] = following(exercise, case, got)[name]
        drawn = graph(exercise, case, got)
        assert drawn.first_wrong == wrong.removeprefix("d")
        assert [name for name, state in states(drawn).items() if state == "wrong"] == [wrong]
        for name in exercise.gradients[place + 1 :]:
            same = np.allclose(got[name], right[name], rtol=1e-7, atol=1e-9)
            assert states(drawn)[name] == ("right" if same else "follows")


@pytest.mark.parametrize("exercise", [pytest.param(each, id=each.name) for each in PAIRS])
def test_right_gradients_are_right_and_stand_at_their_nodes(exercise: Exercise) -> None:
    here = bench(exercise.name)
    drawn = graph(exercise, here.cases[0], here.references[0].gradients)
    assert states(drawn) == dict.fromkeys(states(drawn), "right")
    assert set(states(drawn)) == set(exercise.gradients)
    assert drawn.first_wrong == ""
    assert all(each.mine == each.gradient for each in drawn.nodes if each.state)


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


def test_what_is_no_array_of_numbers_counts_as_missing() -> None:
    here = bench("multiply")
    odd: dict[str, Plain] = {"da": Unsupported("a string"), "db": [[1.0], [2.0, 3.0]]}
    drawn = trace(here.exercise, here.cases[0], odd)
    assert drawn
    assert states(drawn) == {"da": "missing", "db": "missing"}


def test_at_a_tie_any_share_is_right() -> None:
    exercise = catalog.get("max")
    case = Case("tie", "edges", {"a": np.array([2.0, 1.0]), "b": np.array([2.0, 3.0])}, np.array([5.0, 7.0]))
    drawn = graph(exercise, case, {"da": np.array([5.0, 0.0]), "db": np.array([0.0, 7.0])})
    assert states(drawn) == {"da": "right", "db": "right"}
    drawn = graph(exercise, case, {"da": np.array([5.0, 0.0]), "db": np.array([5.0, 7.0])})
    assert "wrong" in states(drawn).values()


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
