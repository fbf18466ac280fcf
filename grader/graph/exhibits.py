"""The page of a judged submission: verdicts, lessons, and the graphs of the worked examples and of what failed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from grader import catalog
from grader.judging.answers import observe
from grader.judging.judgement import Bench
from grader.judging.observation import Observation
from grader.judging.precision import COARSE
from grader.results import ExerciseResult, SubmissionResult
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.wire.records import Run

if TYPE_CHECKING:
    from grader.graph.diagram import Graph
    from grader.report.page.contents import Lesson, Shown


def unwritable(file: Path) -> str:
    """Why no file can be written there, or ""."""
    # Not by Path, which fails where a folder above can't be read.
    if os.path.isdir(file):
        return "it is a folder"
    if not os.path.isdir(file.parent):
        return f"there is no folder {file.parent}"
    return "" if os.access(file if os.path.exists(file) else file.parent, os.W_OK) else "permission denied"


def unfit(file: Path) -> str:
    """Why no page can be written there, or ""."""
    if file.suffix.lower() not in (".html", ".htm"):
        # Someone's solution, or an exercise's name: not to be written over.
        return "its name must end in .html"
    return unwritable(file)


def page(verdict: SubmissionResult, judged: Mapping[str, tuple[Bench, Run | SubmissionFileError]]) -> str:
    """The page as HTML; `judged` has the bench and the run of every result by its exercise's name."""
    from grader.report.page.contents import page_data
    from grader.report.page.write import html

    lessons, graphs = {}, {}
    for result in verdict.exercises:
        bench, run = judged[result.name]
        lessons[result.name] = lesson(bench)
        graphs[result.name] = list(shown(bench, run, result))
    return html(page_data(verdict, lessons, graphs, catalog.chapters()))


def lesson(bench: Bench) -> Lesson:
    """What an exercise says of itself."""
    from grader.report.page.contents import Lesson

    of = bench.exercise
    return Lesson(of.name, of.number, of.chapter, of.title, of.statement, of.formula, of.hints)


def shown(bench: Bench, run: Run | SubmissionFileError, result: ExerciseResult) -> Iterator[Shown]:
    """The graphs to step through: of every worked example, or else of a small case, and of the one that failed."""
    from grader.graph.build import graphs, trace
    from grader.report.page.contents import Shown

    exercise, examples = bench.exercise, sum(case.group == "examples" for case in bench.cases)
    seen = {} if isinstance(run, SubmissionFileError) else observed(bench, run)
    answers = {number: each.got for number, each in seen.items() if each.got is not None}
    few = {number: coarse(result, each) for number, each in seen.items()}
    failing = result.findings[0].case if result.findings else None
    traced: dict[int, Graph | None] = dict(enumerate(graphs(exercise, answers, few))) if examples else {}
    if failing is not None and failing >= examples:
        traced[failing] = trace(exercise, bench.cases[failing], answers.get(failing), few.get(failing, ()))
    elif not examples:
        traced[0] = trace(exercise, bench.cases[0], answers.get(0), few.get(0, ()))
    names = [bench.cases[number].name for number in traced]
    for place, (number, graph) in enumerate(traced.items()):
        if graph:
            name = names[place]
            which = f" ({names[: place + 1].count(name)})" if names.count(name) > 1 else ""
            # First, as a phone's menu shows no more than the beginning.
            said = "where yours fails: " if number == failing else ""
            yield Shown(graph, f"{said}{name}{which}", number == failing)


def observed(bench: Bench, run: Run) -> dict[int, Observation]:
    """What every case that was answered showed, by the case's number."""
    given = enumerate(zip(bench.cases, bench.references, run.replies, strict=True))
    return {
        number: seen
        for number, (case, reference, reply) in given
        for seen in observe(bench.exercise, [case], [reference], [reply])
    }


def coarse(result: ExerciseResult, seen: Observation) -> frozenset[str]:
    """The gradients of a case of which the verdict says that they are right to a few digits only."""
    said = {check.name.rpartition(" ")[0] for check in result.checks if check.coarse}
    return frozenset(name for name in said if not seen.case.float32 and _is_coarse(seen, name))


def _is_coarse(seen: Observation, name: str) -> bool:
    got, expected = seen.arrays(name) or (np.empty(0), np.empty(1))
    return got.shape == expected.shape and bool(np.any(np.abs(got - expected) > COARSE * np.abs(expected)))
