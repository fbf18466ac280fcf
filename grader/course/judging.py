"""A submitted notebook and a seed make the same notebook with an output for every cell, and points for the test cells.

A test cell that does nothing but call `check` is judged here, with the course's seed; the sandbox only runs the
functions. Any other test cell runs beside the student's code, and its word is taken for what it is worth.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from grader import catalog
from grader.course import outputs
from grader.course.faults import cell_fault, missing_function
from grader.course.running import NOT_REACHED, Limits, Replies, Steps, run_steps
from grader.judge import Bench, judge, unmarked
from grader.results import ExerciseResult, Finding
from grader.sandbox.cells import Cell, Step, Trials
from grader.sandbox.records import Ending, Run
from grader.sandbox.worker import Sandbox

Notebook: TypeAlias = Any
"""A notebook as nbformat has it, version 4: `cells`, each with `cell_type`, `source` and `metadata`."""


@dataclass(frozen=True)
class Check:
    """What a test cell asks for: an exercise, and the notebook's names for its functions."""

    exercise: str
    given: tuple[str, ...]


@dataclass(frozen=True)
class TestCell:
    """What a test cell earned. `result` is None for one that isn't a call of `check`."""

    __test__ = False

    grade_id: str
    points: float
    max_points: float
    result: ExerciseResult | None = None


@dataclass(frozen=True)
class Judged:
    """A notebook with its outputs, and what its test cells earned, in their order."""

    notebook: Notebook
    tests: tuple[TestCell, ...]


def check_of(source: str) -> Check | None:
    """The one call of `check` that a cell consists of, beside imports, or None if it is another cell."""
    try:
        body = [each for each in ast.parse(source).body if not isinstance(each, ast.Import | ast.ImportFrom)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return None
    name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    given = tuple(each.id for each in call.args[1:] if isinstance(each, ast.Name))
    return Check(name, given) if isinstance(name, str) and len(given) == len(call.args) - 1 else None


def is_test(cell: Any) -> bool:
    """Whether a cell is an autograded test cell."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"))


@dataclass(frozen=True)
class NotebookJudge:
    """Judges notebooks with one secret `seed`; cases and references are computed once and kept."""

    sandbox: Sandbox
    seed: int
    limits: Limits
    _benches: dict[str, Bench] = field(default_factory=dict, repr=False)
    _trials: dict[Check, Trials] = field(default_factory=dict, repr=False)

    def judge(self, notebook: Notebook) -> Judged:
        """The judged notebook; `notebook` stays as it is.

        Its test cells must be the instructor's own, with their points in nbgrader's metadata; a note in
        `metadata.handgrad.note` is shown with the verdict. Raises JudgingError, and ValueError for a test cell that
        calls `check` wrongly.
        """
        judged = copy.deepcopy(notebook)
        cells = {number: cell for number, cell in enumerate(judged.cells) if cell.cell_type == "code"}
        steps = {number: self._step(number, cell) for number, cell in cells.items()}
        ran = run_steps(self.sandbox, steps, self.limits)
        faults = {number: _fault(ran, number, step) for number, step in steps.items() if isinstance(step, Cell)}
        failed = [(cells[number].source, fault) for number, fault in faults.items() if fault]
        tests = []
        for number, cell in cells.items():
            cell.execution_count = None
            if isinstance(steps[number], Trials):
                tests.append(self._judge_check(cell, ran.replies[number], ran.endings.get(number), failed))
            elif is_test(cell):
                tests.append(_judge_plain_test(cell, ran.replies[number], faults[number]))
            else:
                cell.outputs = outputs.of_cell(_printed(ran.replies[number]), faults[number], _note(cell))
        return Judged(judged, tuple(tests))

    def _judge_check(
        self, cell: Any, replies: Replies, ending: Ending | None, failed: list[tuple[str, Finding]]
    ) -> TestCell:
        check = check_of(cell.source)
        assert check is not None
        result = _result(self._bench(check.exercise), check, replies, ending, failed)
        most = float(cell.metadata["nbgrader"]["points"])
        test = TestCell(cell.metadata["nbgrader"]["grade_id"], _scaled(result, most), most, result)
        cell.outputs = outputs.of_check(result, test.points, _note(cell))
        return test

    def _step(self, number: int, cell: Any) -> Step:
        check = check_of(cell.source) if is_test(cell) else None
        if check is None:
            return Cell(f"cell {number + 1}", cell.source, self.limits.cell)
        if check not in self._trials:
            if check.exercise not in catalog.names():
                raise ValueError(f"{cell.source.strip()!r}: there is no exercise {check.exercise!r}")
            job = self._bench(check.exercise).job(b"")
            if len(check.given) != len(job.functions):
                raise ValueError(f"{cell.source.strip()!r}: the functions are {', '.join(job.functions)}")
            self._trials[check] = Trials(check.given, job)
        return self._trials[check]

    def _bench(self, name: str) -> Bench:
        if name not in self._benches:
            self._benches[name] = Bench(catalog.get(name), self.seed)
        return self._benches[name]


def _judge_plain_test(cell: Any, replies: Replies, fault: Finding | None) -> TestCell:
    most = float(cell.metadata["nbgrader"]["points"])
    test = TestCell(cell.metadata["nbgrader"]["grade_id"], 0.0 if fault else _value(replies, most), most)
    cell.outputs = outputs.of_plain_test(_printed(replies), fault, (test.points, most), _note(cell))
    return test


def _note(cell: Any) -> str:
    return str(cell.metadata.get("handgrad", {}).get("note", ""))


def _fault(ran: Steps, number: int, step: Cell) -> Finding | None:
    reply = ran.replies[number][0]
    return cell_fault(reply.error if reply else None, ran.endings.get(number), step.seconds)


def _result(
    bench: Bench, check: Check, replies: Replies, ending: Ending | None, failed: list[tuple[str, Finding]]
) -> ExerciseResult:
    """The verdict on an exercise's functions, or on why there is none; `failed` are the cells that failed."""
    first = next((reply.error for reply in replies if reply), None)
    if first and first.kind == "missing":
        own = dict(zip(bench.exercise.functions, check.given, strict=True))
        fault = missing_function(own.get(first.message, first.message), first.text, failed)
        return unmarked(bench.exercise, "", "error", fault)
    if ending is NOT_REACHED:
        why = "not judged: the notebook took too long, or its process died too often"
        return unmarked(bench.exercise, "", "timeout", Finding(why))
    printed = _printed(replies)
    return judge(bench, "", Run(replies, ending or Ending("finished"), printed=printed))


def _scaled(result: ExerciseResult, most: float) -> float:
    """The points in the scale of the test cell, which need not be the exercise's."""
    return most if result.status == "passed" else round(most * result.points / result.max_points, 4)


def _value(replies: Replies, most: float) -> float:
    """The points of a plain test cell that ran to its end: its value if that is a real number, else all of them."""
    value = replies[0].results.get("value") if replies[0] else None
    if not isinstance(value, np.ndarray) or value.ndim or value.dtype.kind not in "fiu":
        return most
    return round(min(max(float(value), 0.0), most), 4) if np.isfinite(value) else 0.0


def _printed(replies: Replies) -> str:
    return "".join(reply.printed for reply in replies if reply)
