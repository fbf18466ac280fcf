"""`check`, for notebooks and the REPL: the verdict of `pytest grader` on functions that are there already."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.desk.kept_answers import KeptAnswers
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.report.html import verdict_html
from grader.report.terminal import WIDTH, plain, verdict
from grader.report.wrapping import columns, fit
from grader.results import ExerciseResult
from grader.sandbox.host.inprocess import run_functions
from grader.text.spelling import spelled

VALIDATION_WIDTH = 82
"""How wide nbgrader shows it: it cuts off what goes beyond 87, and begins four further in."""


class Points(float):
    """The points of a verdict: a float that shows the verdict where HTML can be shown."""

    result: ExerciseResult
    drawing: str
    """What stands below the verdict, as HTML."""

    def __new__(cls, result: ExerciseResult, drawing: str = "") -> Points:
        points = super().__new__(cls, result.points)
        points.result, points.drawing = result, drawing
        return points

    def __repr__(self) -> str:
        return repr(float(self))

    def _repr_html_(self) -> str:
        return verdict_html(self.result) + self.drawing


def check(name: str, *functions: Callable[..., Any], seed: int = DEFAULT_SEED) -> Points:
    """Judges an exercise's functions, in the order in which the exercise names them, and shows the verdict.

    `check("relu", relu_forward, relu_backward)`. They run in this very process, with no time limit. Returns the points;
    their repr is a plain float. Raises ValueError for an unknown exercise or anything but its functions, and
    BdbQuit where the user quits a debugger in one of them: then nothing is judged.
    """
    if not isinstance(name, str):
        raise ValueError('check takes the exercise\'s name first: check("relu", relu_forward, relu_backward)')
    answers = KeptAnswers(own=True, level=lambda: "process")
    bench = Bench(catalog.get(name), seed, answers.sheet)
    names = bench.exercise.functions
    if len(functions) != len(names) or not all(map(callable, functions)):
        raise ValueError(f"check({name!r}, …) takes {', '.join(names)}, in this order")
    namespace = dict(zip(names, functions, strict=True))
    run = run_functions(namespace, bench.job(b""))
    outcome = judgement(bench, name, run, lambda: run_functions(namespace, bench.job(b"", fresh=True), aloud=False))
    answers.keep()
    if _in_a_notebook():
        if _is_validated() and outcome.result.status != "passed":
            # All that nbgrader shows of a cell that didn't earn everything.
            print(plain(fit(verdict(outcome.result, of_a_file=False), VALIDATION_WIDTH)), file=sys.stderr)
        from grader.graph.exhibits import failing_graph
        from grader.report.notebook_graph import graph_html

        return Points(outcome.result, graph_html(failing_graph(bench, outcome)))
    lines = fit(verdict(outcome.result, of_a_file=False), columns(WIDTH))
    print(spelled(plain(lines), getattr(sys.stdout, "encoding", None)))
    return Points(outcome.result)


def _is_validated() -> bool:
    """Whether nbgrader validate runs the notebook, or the button of that name."""
    return os.environ.get("NBGRADER_VALIDATING") == "1"


def _in_a_notebook() -> bool:
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
