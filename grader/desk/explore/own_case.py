"""One case of the student's choosing: both passes by PyTorch, and by the student's own code in the sandbox."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from grader.cases import Case
from grader.desk.explore.fields import FieldError
from grader.exercise import Exercise, Value
from grader.graph.build import trace
from grader.graph.diagram import Exhibit, Graph, LearningCurves
from grader.graph.exhibits import lesson
from grader.graph.learning import learning_curves, longer
from grader.graph.own_steps import with_own_steps
from grader.graph.questions import with_questions
from grader.judging.bench import Bench
from grader.judging.judgement import judgement, run
from grader.reference.forward import run_forward, variables_of
from grader.reference.sheet import Sheet
from grader.report.page.contents import exercise_data
from grader.results import ExerciseResult
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Run
from grader.text import quote
from grader.text.language import say
from grader.text.numbers import figure


def case_data(
    bench: Bench,
    case: Case,
    file: str,
    source: bytes | SubmissionFileError,
    sandbox: Sandbox,
    formulas: Collection[str] = (),
) -> dict[str, Any]:
    """What the page shows of an exercise, for that case alone. Raises FieldError where PyTorch can't compute it.

    `formulas` may give the submission's wrong gradients, as its verdict says.
    """
    # One case names no mistake: two may agree there by accident.
    alone = replace(bench.exercise, misconceptions=(), mistakes="", textbook="")
    own, graph, said = _computed(Bench(alone, bench.seed), case)
    answered = run(own, source, sandbox)
    found = judgement(own, file, _without_output(answered) if said else answered)
    if graph and (answers := found.answers(0)):
        # Not the graph with PyTorch's numbers marked: at a tie it has the shares that the student's are compared with.
        graph = trace(own.exercise, case, answers)
        graph = graph and with_own_steps(graph, bench.exercise, case, formulas)
    result = _of_one_case(found.result, bool(said))
    exhibits = []
    if graph:
        graph = replace(graph, notes=(*graph.notes, *said))
        # What is known of mistakes is of the exercise as it stands.
        known = Bench(bench.exercise, bench.seed).of(Sheet(bench.exercise, own.cases))
        curves = _curves(own, case, source, sandbox) if bench.exercise.training else None
        exhibit = Exhibit(graph, case.name, bool(result.findings), curves)
        exhibits = [with_questions(exhibit, known, own.cases[0], own.references[0])]
    return exercise_data(result, lesson(bench.exercise), exhibits)


def _curves(own: Bench, case: Case, source: bytes | SubmissionFileError, sandbox: Sandbox) -> LearningCurves | None:
    """PyTorch's learning curve for the case's rate, and the submission's over as many steps."""
    case = replace(longer(own.exercise, case), number=0)
    bench = own.of(Sheet(own.exercise, [case]))
    seen = judgement(bench, "", run(bench, source, sandbox)).observations.get(0)
    return learning_curves(own.exercise, case, seen.got if seen else None, (1.0,))


def _of_one_case(result: ExerciseResult, is_stable: bool) -> ExerciseResult:
    """What can be said of one case: no diagnosis, and not the case, which stands beside it already."""
    findings = tuple(replace(each, call="", agreement="", diagnosis=None) for each in result.findings)
    # What the stable form lacks is no less asked for.
    return replace(result, findings=findings, notes=() if is_stable else result.notes)


def _without_output(run: Run | SubmissionFileError) -> Run | SubmissionFileError:
    """A run without what the given forward returns, which is no number where the stable form is needed."""
    if isinstance(run, SubmissionFileError):
        return run
    kept = (
        reply and replace(reply, results={name: each for name, each in reply.results.items() if name != "out"})
        for reply in run.replies
    )
    return replace(run, replies=tuple(kept))


def _computed(bench: Bench, case: Case) -> tuple[Bench, Graph | None, list[str]]:
    """The case alone, its graph with PyTorch's numbers, and what to say of it; by the stable form where that is needed.

    Raises FieldError where there are no numbers.
    """
    own = bench.of(Sheet(bench.exercise, [replace(case, number=0)]))
    graph = _reference_graph(own)
    if _is_finite(own):
        return own, graph, []
    if bench.exercise.stable:
        form = _stable(bench.exercise, case)
        other = Bench(form, bench.seed).of(Sheet(form, [replace(case, number=0)]))
        drawn = _reference_graph(other)
        if _is_finite(other):
            return other, drawn, [say(" ".join((bench.exercise.stable.__doc__ or "").split()))]
    raise FieldError({"": _not_finite(graph)})


def _stable(exercise: Exercise, case: Case) -> Exercise:
    """The exercise in its stable form, which asks for no gradient of what is not in it."""
    assert exercise.stable
    names = {f"d{each.name}" for each in exercise.inputs}

    def node(name: str, tensor: Any) -> Any:
        names.add(f"d{name}")
        return tensor

    form = replace(exercise, forward=exercise.stable)
    run_forward(form, node, variables_of(form, case))
    return replace(form, gradients=tuple(each for each in exercise.gradients if each in names))


def _reference_graph(own: Bench) -> Graph | None:
    """The graph with PyTorch's numbers; asks for the reference, too."""
    try:
        (_,) = own.references
        return trace(own.exercise, own.cases[0])
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = quote.line(str(error).partition("\n")[0]) or type(error).__name__
        raise FieldError({"": say("PyTorch can't compute this: {reason}", reason=reason)}) from None


def _is_finite(own: Bench) -> bool:
    """Whether PyTorch has a number everywhere."""
    (reference,) = own.references
    numbers = [reference.out, *reference.gradients.values(), *reference.nodes.values()]
    return all(np.isfinite(each).all() for value in numbers for each in _leaves(value))


def _not_finite(graph: Graph | None) -> str:
    """Where the first number comes up that is none: going forward, and then going back."""
    nodes = graph.nodes if graph else ()
    values = [(each.text, each.value) for each in nodes]
    gradients = [
        (say("the gradient of {node}", node=each.text), each.gradient) for each in reversed(nodes) if each.gradient
    ]
    for name, array in (*values, *gradients):
        if odd := [number for number in array.numbers if not isfinite(number)]:
            return say("with these numbers, {name} is {number} in float64", name=name, number=figure(odd[0]))
    return say("with these numbers, infinity or nan comes out in float64")


def _leaves(value: Value) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif value is not None:
        yield value
