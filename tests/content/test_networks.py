"""In a network the first wrong node is found, and nothing that merely follows from it is blamed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case
from grader.exercise import Array, Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.report.terminal import plain as plain_text
from grader.report.terminal import verdict
from grader.results import ExerciseResult
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Reply, Run
from grader.text.language import listed
from tests.conftest import bench
from tests.content.exercises import NETWORKS

Answer = dict[str, Array]
Damage = Callable[[Array, np.random.Generator], Array]

NODES = [
    pytest.param(each, name, id=f"{each.name}-{name}")
    for each in catalog.every()
    if each.network
    for name in each.gradients
]


def scaled(gradient: Array, rng: np.random.Generator) -> Array:
    """Another factor in each case."""
    return np.asarray(gradient * rng.uniform(1.5, 3.0))


def disturbed(gradient: Array, rng: np.random.Generator) -> Array:
    """Each element off by itself."""
    return np.asarray(gradient * rng.uniform(1.5, 3.0, np.shape(gradient)) + rng.uniform(0.5, 1.0, np.shape(gradient)))


DAMAGES = [pytest.param(scaled, id="scaled"), pytest.param(disturbed, id="disturbed")]


def answer(exercise: Exercise, case: Case, right: Answer, wrong: Sequence[str], damage: Damage, seed: int) -> Answer:
    """What a student has whose gradients `wrong` are wrong by themselves, and whose every other step is right."""
    rng = np.random.default_rng(seed)
    got = dict(right)
    sheet = bench(exercise.name).sheet
    for name in exercise.gradients[exercise.gradients.index(wrong[0]) :]:
        if name != wrong[0]:
            got[name] = sheet.following(case, got)[name]
        if name in wrong:
            got[name] = damage(got[name], rng)
    return got


def judged(here: Bench, answers: Sequence[Answer]) -> ExerciseResult:
    """The verdict on a submission with these gradients, one dict a case."""
    replies = [
        Reply(
            {
                "out": plain(reference.out),
                "gradients": plain(dict(got)),
                "changed": {},
            }
        )
        for case, reference, got in zip(here.cases, here.references, answers, strict=True)
    ]
    return judgement(here, "network", Run(tuple(replies), Ending("finished"))).result


def planted(exercise: Exercise, wrong: Sequence[str], damage: Damage) -> ExerciseResult:
    here = bench(exercise.name)
    return judged(
        here,
        [
            answer(exercise, case, dict(reference.gradients), wrong, damage, seed)
            for seed, (case, reference) in enumerate(zip(here.cases, here.references, strict=True))
        ],
    )


def earned(result: ExerciseResult, gradient: str) -> tuple[float, float]:
    """A gradient's points, and how many there are."""
    checks = [check for check in result.checks if check.name.startswith(f"{gradient} ")]
    return sum(check.points for check in checks), sum(check.max_points for check in checks)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("exercise", "wrong"), NODES)
def test_the_first_wrong_node_is_named_and_costs_its_own_share_alone(
    exercise: Exercise, wrong: str, damage: Damage
) -> None:
    result = planted(exercise, [wrong], damage)
    shown = " ".join(plain_text(verdict(result)).split())
    (finding,) = result.findings
    assert finding.headline.startswith(f"{wrong} is wrong")
    assert finding.fact.startswith(wrong)
    assert finding.diagnosis is None
    if before := exercise.gradients[: exercise.gradients.index(wrong)]:
        assert f"{wrong} is the first wrong node; {', '.join(before)} before it" in shown
    assert "next" not in finding.advice
    assert earned(result, wrong)[0] == 0
    for other in exercise.gradients:
        if other != wrong:
            points, most = earned(result, other)
            assert points == pytest.approx(most), other
    assert result.status == "failed"


@pytest.mark.parametrize("exercise", NETWORKS)
def test_a_second_mistake_is_found_whatever_follows_from_the_first(exercise: Exercise) -> None:
    nodes = exercise.gradients
    for first, second in dict.fromkeys((*pairwise(nodes), (nodes[0], nodes[-1]))):
        hold_that_both_are_found(exercise, first, second)


def hold_that_both_are_found(exercise: Exercise, first: str, second: str) -> None:
    result = planted(exercise, [first, second], disturbed)
    (finding,) = result.findings
    assert finding.headline.startswith(f"{first} is wrong")
    assert f"Look at {second} next." in finding.advice
    assert [name for name in exercise.gradients if earned(result, name)[0] < earned(result, name)[1]] == [first, second]


@pytest.mark.parametrize("exercise", NETWORKS)
def test_every_node_of_a_right_network_is_right(exercise: Exercise) -> None:
    here = bench(exercise.name)
    result = judged(here, [dict(reference.gradients) for reference in here.references])
    assert (result.status, result.findings) == ("passed", ())
    assert not any(check.message for check in result.checks)


@pytest.mark.parametrize("exercise", NETWORKS)
def test_what_follows_from_a_wrong_node_says_so(exercise: Exercise) -> None:
    result = planted(exercise, exercise.gradients[:1], disturbed)
    messages = {check.message for check in result.checks if check.status == "passed" and check.message}
    assert messages == {"follows from your own upstream gradient"}


GARBAGE: dict[str, Damage] = {
    "zeros": lambda gradient, rng: np.zeros_like(gradient),
    "ones": lambda gradient, rng: np.ones_like(gradient),
    "minus two throughout": lambda gradient, rng: np.full_like(gradient, -2.0),
    "nan": lambda gradient, rng: np.full_like(gradient, np.nan),
    "noise": lambda gradient, rng: rng.normal(size=np.shape(gradient)),
    "too many axes": lambda gradient, rng: np.stack([gradient, gradient]),
}


@pytest.mark.parametrize("kind", GARBAGE)
@pytest.mark.parametrize("exercise", NETWORKS)
def test_garbage_earns_next_to_nothing(exercise: Exercise, kind: str) -> None:
    here, rng = bench(exercise.name), np.random.default_rng(5)
    answers = [
        {name: GARBAGE[kind](np.asarray(gradient), rng) for name, gradient in reference.gradients.items()}
        for reference in here.references
    ]
    result = judged(here, answers)
    assert result.status == "failed"
    assert result.points <= 0.05 * exercise.points
    assert result.findings[0].headline.startswith(exercise.gradients[0])


@pytest.mark.parametrize("exercise", NETWORKS)
def test_right_numbers_with_an_axis_too_many_lose_a_twentieth_and_nothing_else(exercise: Exercise) -> None:
    here = bench(exercise.name)
    answers = [{name: np.asarray(each)[None] for name, each in one.gradients.items()} for one in here.references]
    result = judged(here, answers)
    assert result.status == "failed"
    assert result.points == pytest.approx(0.95 * exercise.points)
    assert result.findings[0].headline == f"{listed(exercise.gradients)} are right but for their shape"
