"""What is asked before a graph's gradients are shown: a number each, beside those that known mistakes give there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Misconception, Value
from grader.exercise.textbook import lines
from grader.graph.diagram import AskedNumber, Exhibit, Graph, Guess, Node, Step
from grader.judging.answers import at_nodes
from grader.judging.bench import Bench
from grader.judging.comparison import Tolerance, array_of, tolerance
from grader.judging.diagnosis import ANY, gradients_of
from grader.judging.observation import Observation
from grader.reference.oracle import Reference
from grader.text.numbers import at, to_digits

MOST_CHOICES = 3
"""So many wrong numbers are offered beside the right one."""

MOST_GUESSES = 6
"""So many are known when they are typed."""

DIGITS = 4
"""Significant digits of a number to choose, or as many more as tell it from the others."""

_MOST_DIGITS = 12


class _Mistake(NamedTuple):
    """What a known mistake gives at one node."""

    claim: str
    numbers: Array


def questions(bench: Bench, case: Case, reference: Reference, graph: Graph) -> tuple[AskedNumber, ...]:
    """What to ask of a case before each gradient that the submission hasn't right; nothing of what it has."""
    if not (steps := dict(_asked(graph))):
        return ()
    within = tolerance(case, bench.exercise.rtol)
    wrong = list(_mistakes(bench, Observation(case, reference, within, None)))
    nodes = {node.id: node for node in graph.nodes}
    return tuple(
        _question(number, step, nodes[step.node], within, [each[step.node] for each in wrong if step.node in each])
        for number, step in steps.items()
    )


def with_questions(exhibit: Exhibit, bench: Bench, case: Case, reference: Reference) -> Exhibit:
    """An exhibit that asks before it shows."""
    asked = questions(bench, case, reference, exhibit.graph)
    return replace(exhibit, questions=asked)


def _asked(graph: Graph) -> Iterator[tuple[int, Step]]:
    """The steps to ask before: those to gradients that aren't right yet, and on the way to them."""
    is_answered = any(node.state for node in graph.nodes)
    sources: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        sources[edge.target].append(edge.source)
    open_: dict[str, bool] = {}
    for node in graph.nodes:
        behind = any(open_[each] for each in sources[node.id])
        given = not is_answered if node.kind == "input" else behind
        # What follows rightly from a wrong gradient is nothing to learn.
        open_[node.id] = node.state not in ("right", "follows") if node.state else given
    unnamed = {node.id for node in graph.nodes if not node.name}
    outputs = {node.id for node in graph.nodes if node.kind == "output"}
    for number, step in enumerate(graph.steps):
        # A sum on the way passes on what comes back: there is nothing to ask.
        passes = not step.numbers and step.node in unnamed
        if step.phase == "backward" and open_[step.node] and step.node not in outputs and not passes:
            yield number, step


def _mistakes(bench: Bench, seen: Observation) -> Iterator[dict[str, _Mistake]]:
    """By node, what each known mistake gives there that is wrong by itself."""
    exercise = bench.exercise
    for each in bench.predictions.bank:
        made = bench.predictions.of(each, seen.case)
        if made is None:
            continue
        own = bench.predictions.wrong_by_themselves(each, seen)
        alone = {name: _after_right_ones(exercise, seen.case, each, name, made[name]) for name in made if name in own}
        found = at_nodes(exercise, seen.case, {name: value for name, value in alone.items() if value is not None})
        yield {node: _Mistake(each.claim.replace(ANY, f"d{node}"), _numbers(value)) for node, value in found.items()}


def _after_right_ones(exercise: Exercise, case: Case, mistake: Misconception, name: str, made: Value) -> Value | None:
    """What a formula gives at one gradient if those before it are right, as they are when it is asked for."""
    if not (exercise.network and mistake.formula):
        return made
    here = (line for line in lines(mistake.formula) if line.target == name or line.target not in exercise.gradients)
    alone = gradients_of(exercise, partial(exercise.run, exercise.books[0].replaced(here)), case)
    return alone and alone[name]


def _numbers(value: Any) -> Array:
    """A value as an array of numbers, which is empty where it is none."""
    array = array_of(value)
    return np.asarray(array, dtype=np.float64) if isinstance(array, np.ndarray) else np.empty(0)


def _question(number: int, step: Step, node: Node, within: Tolerance, mistakes: list[_Mistake]) -> AskedNumber:
    assert node.gradient
    shape, start, rights = node.gradient.shape, node.gradient.start, node.gradient.numbers
    fit = [each for each in mistakes if each.numbers.shape == shape]
    mine = dict(enumerate(node.mine.numbers, node.mine.start)) if node.mine and node.mine.shape == shape else {}

    def guesses(place: int) -> list[Guess]:
        own = mine.get(place)
        return _guesses(rights[place - start], {each.claim: each.numbers.flat[place] for each in fit}, own, within)

    places = range(start, start + len(rights))
    if step.place and (shown := int(np.ravel_multi_index(json.loads(step.place), shape))) in places:
        places = range(shown, shown + 1)

    def worth(place: int) -> tuple[bool, int, bool, bool]:
        """Where the student's is wrong, but rather not where the verdict says it; where most mistakes are told apart,
        and rather a number than 0."""
        count, told = min(len(guesses(place)), MOST_CHOICES), node.off[:1]
        return place in node.off, count, place not in told, rights[place - start] != 0

    best = max(places, key=worth)
    right, found = rights[best - start], guesses(best)
    texts = _texts([right, *[each.number for each in found]])
    index = tuple(int(each) for each in np.unravel_index(best, shape))
    named = tuple(Guess(each.number, text, each.claim) for each, text in zip(found, texts[1:], strict=True))
    return AskedNumber(number, at(index), Guess(right, texts[0]), named, within.rtol, within.atol)


def _guesses(right: float, wrong: Mapping[str, float], mine: float | None, within: Tolerance) -> list[Guess]:
    """The wrong numbers that are told apart, the student's own first."""

    def alike(one: float, other: float) -> bool:
        return bool(abs(one - other) <= within.atol + 1e-6 * abs(other))

    found: list[Guess] = []
    for claim, value in sorted(wrong.items(), key=lambda each: mine is None or not alike(each[1], mine)):
        known = [right, *[each.number for each in found]]
        if np.isfinite(value) and not any(alike(value, each) for each in known):
            found.append(Guess(float(value), "", claim))
    return found[:MOST_GUESSES]


def _texts(numbers: list[float]) -> list[str]:
    """Numbers in as few digits as tell them apart."""
    digits = DIGITS
    while len({to_digits(each, digits) for each in numbers}) < len(numbers) and digits < _MOST_DIGITS:
        digits += 1
    return [to_digits(each, digits) for each in numbers]
