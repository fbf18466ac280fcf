"""What is asked before a gradient is shown: true numbers, known mistakes, and nothing that is right already."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grader import catalog
from grader.exercise import Array, Exercise
from grader.exercise.textbook import sigmoid
from grader.graph.diagram import Exhibit
from grader.graph.exhibits import exhibits
from grader.judging.answers import at_nodes
from grader.judging.bench import Bench
from grader.judging.judgement import judgement, not_started
from grader.sandbox.wire.records import Ending, Reply, Run

EVERY = list(catalog.every())


def of_a_stub(exercise: Exercise) -> tuple[Bench, list[Exhibit]]:
    bench = Bench(exercise)
    return bench, list(exhibits(bench, not_started(exercise, exercise.file)))


@pytest.mark.parametrize("exercise", EVERY, ids=[each.name for each in EVERY])
def test_of_a_stub_every_gradient_is_asked_for_and_each_wrong_number_is_what_its_mistake_gives(
    exercise: Exercise,
) -> None:
    bench, shown = of_a_stub(exercise)
    bank = {each.claim: each for each in exercise.bank}
    for exhibit in shown:
        graph = exhibit.graph
        nodes = {node.id: node for node in graph.nodes}
        case = next(each for each in bench.cases if each.name == graph.case)
        asked = {graph.steps[each.step].node for each in exhibit.questions}
        named = {
            step.node
            for step in graph.steps
            if step.phase == "backward" and nodes[step.node].name and nodes[step.node].kind != "output"
        }
        assert named <= asked
        for question in exhibit.questions:
            node = nodes[graph.steps[question.step].node]
            assert node.gradient
            index = tuple(json.loads(question.place)) if question.place else ()
            flat = int(np.ravel_multi_index(index, node.gradient.shape)) if index else 0
            assert question.right.number == node.gradient.numbers[flat - node.gradient.start]
            texts = [each.text for each in (question.right, *question.wrong)]
            assert len(set(texts)) == len(texts)
            for each in question.wrong:
                off = abs(each.number - question.right.number)
                assert off > question.atol + question.rtol * abs(question.right.number)
                claims = [claim for claim in bank if claim.replace("{names}", f"d{node.name}") == each.claim]
                # The next test asks of what is made at several gradients of a network.
                if len(shown) == 1 and not (exercise.network and any(";" in bank[claim].formula for claim in claims)):
                    made = [bench.predictions.of(bank[claim], case) for claim in claims]
                    given = [np.asarray(at_nodes(exercise, case, one)[node.name]) for one in made if one]
                    assert any(one.flat[flat] == pytest.approx(each.number) for one in given)
    assert any(each.wrong for exhibit in shown for each in exhibit.questions) or not shown


@pytest.mark.parametrize(
    ("name", "mistake", "wrong"),
    [
        ("two_layer", "sigmoid-twice", lambda da1, a1: da1 * sigmoid(a1) * (1 - sigmoid(a1))),
        ("relu_network", "times-output", lambda da1, a1: da1 * a1),
    ],
)
def test_a_wrong_number_is_what_its_mistake_gives_after_the_right_gradients_that_have_been_shown(
    name: str, mistake: str, wrong: Callable[[Array, Array], Array]
) -> None:
    exercise = catalog.get(name)
    _, (exhibit, *_) = of_a_stub(exercise)
    (made,) = (each for each in exercise.bank if each.id == mistake)
    (before,) = (each for each in exhibit.graph.nodes if each.id == "a1")
    (question,) = (each for each in exhibit.questions if exhibit.graph.steps[each.step].node == "z1")
    (guess,) = (each for each in question.wrong if each.claim == made.claim.replace("{names}", "dz1"))
    assert before.gradient
    assert before.value
    given = wrong(np.asarray(before.gradient.numbers), np.asarray(before.value.numbers))
    assert guess.number == pytest.approx(given[0])


def test_what_a_submission_has_right_or_what_follows_rightly_is_not_asked_for() -> None:
    exercise = catalog.get("two_layer")
    bench = Bench(exercise)
    (mistake,) = (each for each in exercise.bank if each.id == "outer-slope-missing")
    made = [bench.predictions.of(mistake, case) for case in bench.cases]
    replies = [Reply({"out": each.out, "gradients": one}) for each, one in zip(bench.references, made, strict=True)]
    found = judgement(bench, exercise.file, Run(tuple(replies), Ending("finished")))
    (exhibit, *_) = exhibits(bench, found)
    (question,) = exhibit.questions
    assert exhibit.graph.steps[question.step].node == exhibit.graph.first_wrong == "z2"
    # The student's own mistake is surely among those to choose from.
    assert question.wrong[0].claim == mistake.claim.replace("{names}", "dz2"), (
        "the student's own mistake is the first to choose"
    )


def test_nothing_is_asked_of_a_solved_exercise() -> None:
    bench, shown = of_a_stub(catalog.get("affine"))
    stub = not_started(bench.exercise, "affine")
    solved = replace(stub, result=replace(stub.result, status="passed"))
    assert [len(each.questions) > 0 for each in shown] == [True]
    assert [each.questions for each in exhibits(bench, solved)] == [()]
