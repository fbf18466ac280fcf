"""A submission's own gradients stand beside PyTorch's, and the first wrong one is the one that the verdict names."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader.exercise import Exercise, Misconception
from grader.graph.build import trace
from grader.judging.judgement import judgement as found
from grader.reference.upstream import following
from tests.conftest import bench
from tests.content.exercises import NETWORKS, PAIRS
from tests.graph.test_own import graph, states
from tests.submissions import answered


@pytest.mark.parametrize("exercise", PAIRS)
def test_the_first_wrong_node_is_the_gradient_that_the_verdict_names(exercise: Exercise) -> None:
    for misconception in exercise.bank:
        hold_that_it_is_named(exercise, misconception)


def hold_that_it_is_named(exercise: Exercise, misconception: Misconception) -> None:
    here = bench(exercise.name)
    with np.errstate(all="ignore"):
        judgement = found(here, exercise.file, answered(here, misconception))
    finding = judgement.result.findings[0]
    if not finding.fact:
        assert finding.headline.split()[0] == exercise.functions[-1], "an error of its own, before any gradient"
        return
    # Of gradients that are told together the fact is about the one that is wrong in the smallest case.
    named = re.split(r"\W", finding.fact)[0]
    assert judgement.failing is not None
    drawn = trace(exercise, here.cases[judgement.failing], judgement.answers(judgement.failing))
    assert drawn
    assert f"d{drawn.first_wrong}" == named, misconception.id
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


@pytest.mark.parametrize("exercise", PAIRS)
def test_right_gradients_are_right_and_stand_at_their_nodes(exercise: Exercise) -> None:
    here = bench(exercise.name)
    drawn = graph(exercise, here.cases[0], here.references[0].gradients)
    assert states(drawn) == dict.fromkeys(states(drawn), "right")
    assert set(states(drawn)) == set(exercise.gradients)
    assert drawn.first_wrong == ""
    assert all(each.mine == each.gradient for each in drawn.nodes if each.state)
