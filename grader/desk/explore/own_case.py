"""One case of the student's choosing: both passes by PyTorch, and by the student's own code in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.cases import Case
from grader.desk.explore.fields import FieldError
from grader.exercise import Value
from grader.graph.build import trace
from grader.graph.diagram import Exhibit, Graph
from grader.graph.exhibits import lesson
from grader.judging.bench import Bench
from grader.judging.judgement import judge
from grader.reference.sheet import Sheet
from grader.report.page.contents import exercise_data
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox
from grader.text import quote


def case_data(
    bench: Bench, case: Case, file: str, source: bytes | SubmissionFileError, sandbox: Sandbox
) -> dict[str, Any]:
    """What the page shows of an exercise, for that case alone. Raises FieldError where PyTorch can't compute it."""
    # One case names no mistake: two may agree there by accident.
    alone = replace(bench.exercise, misconceptions=(), mistakes="", textbook="")
    own = Bench(alone, bench.seed).of(Sheet(alone, [replace(case, number=0)]))
    graph = _reference_graph(own)
    judgement = judge(own, file, source, sandbox)
    if graph and (answers := judgement.answers(0)):
        # Not the graph with PyTorch's numbers marked: at a tie it has the shares that the student's are compared with.
        graph = trace(own.exercise, case, answers)
    exhibits = [Exhibit(graph, case.name, bool(judgement.result.findings))] if graph else []
    # One case can say no diagnosis; and the case stands beside it already.
    findings = (replace(each, call="", agreement="", diagnosis=None) for each in judgement.result.findings)
    return exercise_data(replace(judgement.result, findings=tuple(findings)), lesson(bench.exercise), exhibits)


def _reference_graph(own: Bench) -> Graph | None:
    """The graph with PyTorch's numbers; asks for the reference, too."""
    try:
        (reference,) = own.references
        graph = trace(own.exercise, own.cases[0])
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = quote.line(str(error).partition("\n")[0]) or type(error).__name__
        raise FieldError({"": f"PyTorch can't compute this: {reason}"}) from None
    numbers = [reference.out, *reference.gradients.values(), *reference.nodes.values()]
    if not all(np.isfinite(each).all() for value in numbers for each in _leaves(value)):
        raise FieldError({"": "with these numbers, even PyTorch gets infinity or nan"})
    return graph


def _leaves(value: Value) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif value is not None:
        yield value
