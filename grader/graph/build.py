"""The graph of an exercise on a case, with a submission's gradients beside PyTorch's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from math import prod
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from grader.cases import Case, cases, examples
from grader.exercise import Example, Exercise
from grader.graph.arithmetic import Arithmetic
from grader.graph.diagram import Array, Contribution, Graph, Kind, Node, PrintedFigure, Wire
from grader.graph.flows import Flows, flows
from grader.graph.fusing import fuse, shorten
from grader.graph.lenses import lens
from grader.graph.paths import with_paths
from grader.graph.shares import share_of
from grader.graph.sums import summed
from grader.graph.ties import share_ties
from grader.graph.tracing import forward_trace
from grader.graph.values import Trace, Value
from grader.judging.answers import Answer
from grader.reference.figures import figures
from grader.text.language import later, say

MOST_NUMBERS = 64
"""A record keeps that many numbers of an array."""

BEFORE = 8
"""So many of them stand before the one that is wrong."""


FIRST_PASS = later(
    "This is the first backward pass; what is done with its gradients, further passes included, is not drawn."
)


def trace(exercise: Exercise, case: Case, answers: Mapping[str, Answer] = MappingProxyType({})) -> Graph | None:
    """The graph of the exercise's own forward on a case; None where there is nothing to differentiate.

    `answers` has what a submission has at the nodes in that case, by their names.
    """
    ran = forward_trace(exercise, case)
    if ran is None:
        return None
    if exercise.network or not exercise.is_pair:
        ran = fuse(ran)
    ran = shorten(ran)
    found = flows(ran)
    settled = {name: each.expected for name, each in answers.items() if each.expected is not None}
    found, on_ties = share_ties(ran, found, settled)
    written = Arithmetic(ran, found, "dout" if exercise.is_pair else "", exercise.gradients)
    graph = Graph(
        exercise=exercise.name,
        case=case.name,
        source="",
        nodes=tuple(_node(value, ran, found, written) for value in ran.values),
        edges=tuple(_edges(ran, found, written)),
        steps=(),
        notes=(*_notes(exercise, ran, written), *[on_ties] * bool(on_ties)),
    )
    graph = with_answers(graph, answers)
    # What is worked out is what the verdict speaks of.
    steps = written.steps({node.id: node.off[0] for node in graph.nodes if node.off})
    return with_paths(replace(graph, steps=tuple(steps)))


def with_answers(graph: Graph, answers: Mapping[str, Answer]) -> Graph:
    """A case's graph with what a submission has at its nodes, in the order in which a verdict looks at them.

    The shares that are drawn at a tie stay as they were, and so do the steps.
    """
    # A name that the forward uses again is that of the last value: what came before has no answer of its own.
    homes = {node.name: node.id for node in graph.nodes if node.name and node.gradient}
    names = [name for name in answers if name in homes]
    mine = {homes[name]: answers[name] for name in names}
    answered = (_with_answer(node, mine[node.id]) if node.id in mine else node for node in graph.nodes)
    nodes = (replace(node, share=share_of(node)) for node in answered)
    wrong = (homes[name] for name in names if answers[name].is_wrong)
    return replace(graph, nodes=tuple(nodes), first_wrong=next(wrong, ""))


def _with_answer(node: Node, answer: Answer) -> Node:
    first = answer.off[0] if answer.off else 0
    mine = None if answer.value is None else record(answer.value, first)
    found = replace(node, mine=mine, state=answer.state)
    if not answer.off or mine is None:
        return found
    if answer.reference is not None and node.gradient and not node.gradient.is_whole:
        found = replace(found, gradient=record(answer.reference, first))
    kept = range(mine.start, mine.start + len(mine.numbers))
    return replace(found, off=tuple(each for each in answer.off if each in kept))


def _notes(exercise: Exercise, ran: Trace, written: Arithmetic) -> Iterator[str]:
    """What one should know of a graph that isn't simply that of one backward pass."""
    if sum(ran.calls.values()) > 1:
        called = [_called(written.ids[each], count) for each, count in ran.calls.items()]
        way = reduce(lambda first, last: say("{first} and then {last}", first=first, last=last), called)
        yield say("backward is called {nodes}: the gradients of all calls add up.", nodes=way)
    if ran.is_cut:
        yield say(exercise.aside or FIRST_PASS)
    if ran.left_out:
        count = sum(bool(value.operation) for value in ran.values) + ran.left_out - 1
        yield say(
            "{some} of the {count} operations are drawn as one, and their contributions as one sum.",
            some=ran.left_out,
            count=count,
        )


def _called(name: str, count: int) -> str:
    if count == 1:
        return say("from {name}", name=name)
    if count == 2:
        return say("from {name} twice", name=name)
    return say("from {name} {count} times", name=name, count=count)


def graphs(exercise: Exercise, answers: Callable[[int], Mapping[str, Answer]] = lambda number: {}) -> Iterator[Graph]:
    """The graph of each worked example, with the figures that its note prints; without any, that of a small case.

    `answers` gives, by the number of the example, what `trace` asks for.
    """
    for number, (example, case) in enumerate(zip(exercise.examples, examples(exercise), strict=True)):
        if graph := trace(exercise, case, answers(number)):
            yield _with_figures(graph, exercise, example)
    if not exercise.examples:
        case = next(case for case in cases(exercise) if case.group == "random")
        graph = trace(exercise, case, answers(0))
        yield from [graph] if graph else []


def _with_figures(graph: Graph, exercise: Exercise, example: Example) -> Graph:
    homes = {node.name: node.id for node in graph.nodes if node.name}
    homes |= {f"d{name}": home for name, home in homes.items() if f"d{name}" not in homes}
    printed: dict[str, list[PrintedFigure]] = {}
    for each in figures(replace(exercise, examples=(example,))):
        home = "" if each.quantity in example.also else homes.get(each.quantity.partition("[")[0], "")
        figure = PrintedFigure(each.quantity, each.printed, each.exact, each.is_off, each.erratum)
        printed.setdefault(home, []).append(figure)
    return replace(
        graph,
        source=example.source,
        nodes=tuple(replace(node, printed=tuple(printed.get(node.id, ()))) for node in graph.nodes),
        printed=tuple(printed.get("", ())),
    )


def _node(value: Value, ran: Trace, found: Flows, written: Arithmetic) -> Node:
    kind: Kind = "operation" if value.operation else "input" if value.tensor.requires_grad else "constant"
    return Node(
        id=written.ids[value],
        label=written.label(value),
        kind="output" if value in ran.outputs else kind,
        name=value.name,
        text=written.terms[value].symbols,
        value=record(found.values[value]),
        gradient=record(found.gradients[value]) if value in found.gradients else None,
        contributions=tuple(
            Contribution(written.ids[consumer], record(found.contributions[consumer, k]))
            for consumer, k in found.consumers.get(value, ())
        ),
        meaning=written.meaning(value),
        lens=lens(value, written.ids),
    )


def _edges(ran: Trace, found: Flows, written: Arithmetic) -> Iterator[Wire]:
    for value in ran.values:
        for k, operand in enumerate(value.operands):
            if isinstance(operand, Value):
                ends = written.ids[operand], written.ids[value]
                if operand.tensor.requires_grad:
                    yield Wire(
                        *ends,
                        written.local(value, k),
                        found.slopes.get((value, k)),
                        summed(value, k, written.terms[value].symbols),
                    )
                else:
                    yield Wire(*ends)


def record(array: ArrayLike, shown: int = 0) -> Array:
    """An array as a record; of a large one it has the number in the place `shown`, in C order."""
    start = _start(np.shape(array), shown)
    numbers: Sequence[float] = np.asarray(array, dtype=np.float64).ravel()[start : start + MOST_NUMBERS].tolist()
    return Array(tuple(np.shape(array)), tuple(numbers), start)


def _start(shape: tuple[int, ...], shown: int) -> int:
    """Where the numbers begin that are kept of an array of that shape: with the row before, or a few numbers."""
    size = prod(shape)
    if size <= MOST_NUMBERS or not shown:
        return 0
    columns = shape[-1] if len(shape) > 1 and shape[-1] <= MOST_NUMBERS // 2 else 0
    start = (shown // columns - 1) * columns if columns else shown - BEFORE
    most = size - MOST_NUMBERS
    return max(0, min(start, most + -most % columns if columns else most))
