"""Every edge is what its name says, and every convention is announced, and costs little."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import CONVENTIONS_SHARE, Edge, Exercise, Value
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Reply, Run, StudentError, Unsupported
from tests.conftest import bench
from tests.content.exercises import EXERCISES

CONVENTIONS = [
    pytest.param(each, edge, id=f"{each.name}-{edge.name}")
    for each in catalog.every()
    for edge in each.edges
    if edge.convention
]


def case_of(exercise: Exercise, edge: Edge) -> Case:
    return next(each for each in cases(exercise) if each.name == edge.name and each.group in ("edges", "conventions"))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_edge_has_the_property_that_it_is_named_for(exercise: Exercise) -> None:
    for edge in exercise.edges:
        assert edge.holds is not None, f"say in `holds` what {edge.name!r} means"
        assert edge.holds(*case_of(exercise, edge).arguments), edge.name


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_property_of_an_edge_says_something(exercise: Exercise) -> None:
    ordinary = [case for seed in range(3) for case in cases(exercise, seed) if case.group == "random"]
    for edge in exercise.edges:
        assert edge.holds is not None, edge.name
        assert not all(edge.holds(*case.arguments) for case in ordinary), f"{edge.name!r} is true of every case"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_two_edges_have_one_name(exercise: Exercise) -> None:
    names = [edge.name for edge in exercise.edges]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("exercise", "edge"), CONVENTIONS)
def test_what_is_agreed_is_announced_in_the_statement(exercise: Exercise, edge: Edge) -> None:
    said = re.search(r"\b(0|tie|kink|empty|equals?)\b", exercise.statement, re.IGNORECASE)
    assert said, f"say in the statement what is expected where there is {edge.name!r}"


@pytest.mark.parametrize(("exercise", "edge"), CONVENTIONS)
@pytest.mark.parametrize("spoilt", ["wrong", "raised"])
def test_a_convention_costs_a_twentieth_at_most(exercise: Exercise, edge: Edge, spoilt: str) -> None:
    here = bench(exercise.name)
    wanted = case_of(exercise, edge).name
    replies = []
    for case, reference in zip(here.cases, here.references, strict=True):
        results: dict[str, Value] = {name: plain(each) for name, each in reference.gradients.items()}
        error = None
        if case.name == wanted and spoilt == "wrong":
            results = dict.fromkeys(results, Unsupported("a set"))
        elif case.name == wanted:
            error = StudentError("raised", exercise.functions[-1], "ValueError", "no")
        if exercise.is_pair:
            each = [results[name] for name in exercise.gradients]
            results = {"gradients": results if exercise.network else each[0] if len(each) == 1 else each}
        if error:
            results = {}
        replies.append(Reply({"out": plain(reference.out), "changed": {}} | results, error))
    result = judgement(here, "", Run(tuple(replies), Ending("finished"))).result
    assert result.status == "failed"
    assert result.points == pytest.approx(exercise.points * (1 - CONVENTIONS_SHARE))


def test_an_edge_that_is_no_convention_costs_more() -> None:
    spec = catalog.get("relu")
    (edge,) = (each for each in spec.edges if each.convention)
    plainer = Bench(replace(spec, edges=(replace(edge, convention=False),)))
    assert [case.group for case in plainer.cases][-1] == "edges"
    assert plainer.exercise.groups == ("examples", "random", "edges")
