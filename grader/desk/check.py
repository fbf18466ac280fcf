"""`check`, for notebooks and the REPL: the verdict of `pytest grader` on functions that are there already."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.desk.kept_answers import KeptAnswers
from grader.judging.judgement import judgement
from grader.report.html import verdict_html
from grader.report.terminal import WIDTH, plain, verdict
from grader.report.wrapping import columns, fit
from grader.results import ExerciseResult
from grader.sandbox.host.inprocess import run_functions
from grader.text.spelling import spelled


class Points(float):
    """The points of a verdict: a float that shows the verdict where HTML can be shown."""

    result: ExerciseResult
    drawing: str
    """What stands below the verdict, as HTML."""

    def __new__(cls, result: ExerciseResult, drawing: str = "") -> Points:
        # The mark that the same work gets where `grader autograde` judges it: nbgrader takes this number as it is.
        points = super().__new__(cls, result.worth(result.max_points).points)
        points.result, points.drawing = result, drawing
        return points

    def __repr__(self) -> str:
        return repr(float(self))

    def _repr_html_(self) -> str:
        return verdict_html(self.result) + self.drawing


class AllPoints(Points):
    """Those of a right answer where nbgrader runs the cell: it has all points, however many the cell is worth.

    IPython gives no number where this is shown, and nbgrader takes a test without one for passed.
    """

    def _ipython_display_(self) -> None:
        print(_text(self.result, VALIDATED))


class ValidationError(AssertionError):
    """A verdict that isn't right, as `nbgrader validate` and the Validate button show it: the message is all of it."""

    def _render_traceback_(self) -> Iterator[str]:
        """What IPython shows in place of a traceback."""
        return iter(str(self).split("\n"))


VALIDATED = 70
"""The columns that `nbgrader validate` shows of a message."""


def check(name: str, *functions: Callable[..., Any], seed: int = DEFAULT_SEED, points: float | None = None) -> Points:
    """Judges an exercise's functions, in the order in which the exercise names them, and shows the verdict.

    `check("relu", relu_forward, relu_backward)`. They run in this very process, with no time limit. Returns the points,
    of `points` where that is what the exercise is worth here; their repr is a plain float. Raises ValueError for an
    unknown exercise or anything but its functions, BdbQuit where the user quits a debugger in one of them: then nothing
    is judged; and where nbgrader validates a notebook AssertionError for an answer that isn't right.
    """
    if not isinstance(name, str):
        raise ValueError('check takes the exercise\'s name first: check("relu", relu_forward, relu_backward)')
    answers = KeptAnswers(own=True, level=lambda: "process")
    bench = answers.bench(catalog.get(name), seed)
    names = bench.exercise.functions
    if len(functions) != len(names) or not all(map(callable, functions)):
        raise ValueError(f"check({name!r}, …) takes {', '.join(names)}, in this order")
    namespace = dict(zip(names, functions, strict=True))
    run = run_functions(namespace, bench.job(b""))
    outcome = judgement(bench, name, run, lambda: run_functions(namespace, bench.job(b"", fresh=True), aloud=False))
    answers.keep()
    result = outcome.result if points is None else outcome.result.worth(float(points))
    if (execution := os.environ.get("NBGRADER_EXECUTION")) and result.status == "passed":
        return AllPoints(result)
    if execution == "validate":
        raise ValidationError(_text(result, VALIDATED))
    if _in_a_notebook():
        from grader.graph.exhibits import failing_graph
        from grader.report.notebook_graph import graph_html

        return Points(result, graph_html(failing_graph(bench, outcome)))
    print(_text(result, WIDTH))
    return Points(result)


def _text(result: ExerciseResult, width: int) -> str:
    lines = fit(verdict(result, of_a_file=False), columns(width))
    return spelled(plain(lines), getattr(sys.stdout, "encoding", None))


def _in_a_notebook() -> bool:
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
