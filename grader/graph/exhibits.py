"""The graphs that show a judgement: those to step through, and the one that stands below a verdict in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.exercise import Exercise
from grader.graph.build import graphs, trace, with_answers
from grader.graph.diagram import Exhibit, Graph, said_case
from grader.graph.learning import learning_curves
from grader.graph.own_steps import with_own_steps
from grader.graph.questions import questions
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement
from grader.results import ExerciseResult, Lesson
from grader.text.language import say

MOST_NODES = 40
"""A larger graph says nothing at a glance, and takes its time."""

MOST_CASES = 10
"""Of so many cases the graph is traced beforehand; a mistake that shows in none of them is rare."""


@dataclass(frozen=True)
class TracedBench(Bench):
    """A bench with the graphs of some of its cases, by number, where PyTorch is not to be asked for them."""

    graphs: Mapping[int, Graph] = field(default_factory=dict, repr=False, compare=False)


def lesson(exercise: Exercise) -> Lesson:
    """What an exercise says of itself."""
    of, hints = exercise, tuple(map(say, exercise.hints))
    return Lesson(of.name, of.number, of.chapter, say(of.title), say(of.statement), of.formula, hints)


def formulas_of(result: ExerciseResult) -> tuple[str, ...]:
    """The formulas that a verdict names as those of wrong gradients."""
    diagnoses = (each.diagnosis for each in result.findings)
    return tuple(dict.fromkeys(each.formula for each in diagnoses if each and each.formula))


def shown_cases(bench: Bench, judgement: Judgement) -> tuple[int, ...]:
    """The numbers of the cases to step through: every worked example, or else the first; and the one that failed."""
    count = sum(case.group == "examples" for case in bench.cases)
    failing = judgement.failing
    alone = () if failing is None or failing < count else (failing,)
    return (*range(count), *alone) if count else alone or (0,)


def exhibits(bench: Bench, judgement: Judgement) -> Iterator[Exhibit]:
    """The graphs of the cases to step through."""
    numbers = shown_cases(bench, judgement)
    count = sum(case.group == "examples" for case in bench.cases)
    examples = dict(enumerate(graphs(bench.exercise, judgement.answers))) if count else {}
    names = [bench.cases[number].name for number in numbers]
    for place, number in enumerate(numbers):
        if graph := examples.get(number) or trace(bench.exercise, bench.cases[number], judgement.answers(number)):
            name = names[place]
            which = f" ({names[: place + 1].count(name)})" if names.count(name) > 1 else ""
            is_failing = number == judgement.failing
            graph = with_own_steps(graph, bench.exercise, bench.cases[number], formulas_of(judgement.result))
            # First, as a phone's menu shows no more than the beginning.
            title = f"{said_case(name)}{which}"
            title = say("where yours fails: {name}", name=title) if is_failing else title
            seen = judgement.observations.get(number)
            curves = learning_curves(bench.exercise, bench.cases[number], seen.got if seen else None)
            is_solved = judgement.result.status == "passed"
            asked = () if is_solved else questions(bench, bench.cases[number], bench.references[number], graph)
            yield Exhibit(graph, title, is_failing, curves, asked)


def failing_graph(bench: Bench, judgement: Judgement) -> Graph | None:
    """The graph of the case that a verdict shows, if it is a wrong gradient and can be taken in at a glance.

    A `TracedBench` takes it from its own, without PyTorch; then there may be none.
    """
    number = judgement.failing
    if judgement.result.status != "failed" or number is None:
        return None
    answers = judgement.answers(number)
    if isinstance(bench, TracedBench):
        known = bench.graphs.get(number)
        return with_answers(known, answers) if known else None
    graph = trace(bench.exercise, bench.cases[number], answers)
    return graph if graph and _is_fit(bench, graph) else None


def traced_graphs(bench: Bench) -> dict[int, Graph]:
    """The graphs of a bench's first cases by their number, for where there is no PyTorch; asks it."""
    # The references come first: they import PyTorch in the way that costs least.
    given = zip(bench.references, bench.cases[:MOST_CASES], strict=False)
    found = {number: trace(bench.exercise, case) for number, (_, case) in enumerate(given)}
    return {number: graph for number, graph in found.items() if graph and _is_fit(bench, graph)}


def _is_fit(bench: Bench, graph: Graph) -> bool:
    """Whether a graph is to be drawn; a capstone's large gradients stand nowhere in full."""
    whole = bench.exercise.is_pair or all(node.gradient is None or node.gradient.is_whole for node in graph.nodes)
    return whole and len(graph.nodes) <= MOST_NODES
