"""A submitted notebook and a seed make the same notebook with an output for every cell, and points for the test cells.

A test cell that does nothing but call `check` is judged here, with the course's seed; the sandbox only runs the
functions. Any other test cell runs beside the student's code, and its word is taken for what it is worth.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from grader import catalog
from grader.course import outputs
from grader.course.faults import cell_fault, missing_function
from grader.course.restoring import note_of
from grader.course.running import NOT_REACHED, Limits, Replies, Steps, run_steps
from grader.graph.drawn import drawing
from grader.judging.concern import concern
from grader.judging.judgement import Bench, judge, unmarked
from grader.reference.oracle import TorchNeededError
from grader.results import ExerciseResult, Finding
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import Cell, Step, Trials
from grader.sandbox.wire.records import Ending, Run

Notebook: TypeAlias = Any
"""A notebook as nbformat has it, version 4: `cells`, each with `cell_type`, `source` and `metadata`."""


class CheckError(ValueError):
    """A test cell of the instructor's that calls `check` wrongly; the message says how."""


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


class Benches(dict[str, Bench]):
    """The benches of exercises, by name, for one secret seed: made when they are first asked for, and kept."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def __missing__(self, name: str) -> Bench:
        self[name] = Bench(catalog.get(name), self.seed)
        return self[name]


@dataclass(frozen=True)
class RanNotebook:
    """A notebook that was run: what came of its steps, and the verdicts there are so far, by the numbers of the cells.

    `faults` has every code cell but those that are a call of `check`.
    """

    notebook: Notebook
    ran: Steps
    faults: Mapping[int, Finding | None]
    verdicts: Mapping[int, ExerciseResult]
    concerns: Mapping[int, str] = field(default_factory=dict)
    """Why a person should look at a check."""
    drawings: Mapping[int, str] = field(default_factory=dict)
    """What stands below a verdict, as HTML."""

    @property
    def unmarked(self) -> tuple[int, ...]:
        """The checks that have no verdict yet."""
        return tuple(number for number in self.ran.replies if number not in self.faults and number not in self.verdicts)

    def marked(self, benches: Mapping[str, Bench]) -> RanNotebook:
        """With every verdict that can be reached in this process; the answers that they came from are dropped."""
        verdicts, concerns, drawings = dict(self.verdicts), dict(self.concerns), dict(self.drawings)
        for number in self.unmarked:
            with suppress(TorchNeededError):
                verdicts[number], concerns[number], drawings[number] = self._verdict(number, benches)
        wanted = self.faults.keys() | {number for number in self.unmarked if number not in verdicts}
        replies = {number: replies for number, replies in self.ran.replies.items() if number in wanted}
        return replace(
            self, ran=replace(self.ran, replies=replies), verdicts=verdicts, concerns=concerns, drawings=drawings
        )

    def _verdict(self, number: int, benches: Mapping[str, Bench]) -> tuple[ExerciseResult, str, str]:
        check = check_of(self.notebook.cells[number].source)
        assert check is not None
        failed = [(self.notebook.cells[other].source, fault) for other, fault in self.faults.items() if fault]
        bench, ending = benches[check.exercise], self.ran.endings.get(number)
        run = _run(self.ran.replies[number], ending)
        result = _result(bench, check, run, ending, failed, self.notebook)
        return result, concern(run), drawing(bench, run, result)

    def judged(self) -> Judged:
        """The notebook with its outputs, which are written into it; no check may be unmarked."""
        tests = []
        for number, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.execution_count = None
            if number not in self.faults:
                tests.append(_judge_check(cell, self.verdicts[number], self.drawings[number]))
            elif is_test(cell):
                tests.append(_judge_plain_test(cell, self.ran.replies[number], self.faults[number]))
            else:
                printed = _printed(self.ran.replies[number])
                cell.outputs = outputs.of_cell(printed, self.faults[number], note_of(cell))
        return Judged(self.notebook, tuple(tests))


@dataclass(frozen=True)
class NotebookJudge:
    """Judges notebooks with one secret `seed`; cases and references are computed once and kept."""

    sandbox: Sandbox
    seed: int
    limits: Limits
    given: Mapping[str, Bench] | None = field(default=None, repr=False)
    """The benches of all exercises that will be asked for; without them they are made."""
    _trials: dict[Check, Trials] = field(default_factory=dict, repr=False)

    @cached_property
    def benches(self) -> Mapping[str, Bench]:
        """The benches, by exercise."""
        return Benches(self.seed) if self.given is None else self.given

    def judge(self, notebook: Notebook) -> Judged:
        """The judged notebook; `notebook` stays as it is.

        Its test cells must be the instructor's own, with their points in nbgrader's metadata; a note in
        `metadata.handgrad.note` is shown with the verdict. Raises JudgingError, and CheckError for a test cell that
        calls `check` wrongly.
        """
        return self.run(copy.deepcopy(notebook)).marked(self.benches).judged()

    def run(self, notebook: Notebook) -> RanNotebook:
        """What comes of a notebook's cells. Raises what `judge` raises."""
        cells = {number: cell for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
        steps = {number: self._step(number, cell) for number, cell in cells.items()}
        ran = run_steps(self.sandbox, steps, self.limits)
        faults = {number: _fault(ran, number, step) for number, step in steps.items() if isinstance(step, Cell)}
        return RanNotebook(notebook, ran, faults, {})

    def _step(self, number: int, cell: Any) -> Step:
        check = check_of(cell.source) if is_test(cell) else None
        if check is None:
            return Cell(f"cell {number + 1}", cell.source, self.limits.cell)
        if check not in self._trials:
            require_call(cell.source, check)
            self._trials[check] = Trials(check.given, self.benches[check.exercise].job(b""))
        return self._trials[check]


def require_call(source: str, check: Check) -> None:
    """Raises CheckError unless an exercise of that name has as many functions as are given to `check`."""
    if check.exercise not in catalog.names():
        raise CheckError(f"{source.strip()!r}: there is no exercise {check.exercise!r}")
    functions = catalog.get(check.exercise).functions
    if len(check.given) != len(functions):
        raise CheckError(f"{source.strip()!r}: the functions are {', '.join(functions)}")


def _judge_check(cell: Any, result: ExerciseResult, drawing: str) -> TestCell:
    most = float(cell.metadata["nbgrader"]["points"])
    test = TestCell(cell.metadata["nbgrader"]["grade_id"], _scaled(result, most), most, result)
    cell.outputs = outputs.of_check(result, test.points, note_of(cell), drawing)
    return test


def _judge_plain_test(cell: Any, replies: Replies, fault: Finding | None) -> TestCell:
    most = float(cell.metadata["nbgrader"]["points"])
    test = TestCell(cell.metadata["nbgrader"]["grade_id"], 0.0 if fault else _value(replies, most), most)
    cell.outputs = outputs.of_plain_test(_printed(replies), fault, (test.points, most), note_of(cell))
    return test


def _fault(ran: Steps, number: int, step: Cell) -> Finding | None:
    reply = ran.replies[number][0]
    return cell_fault(reply.error if reply else None, ran.endings.get(number), step.seconds)


def _result(
    bench: Bench,
    check: Check,
    run: Run,
    ending: Ending | None,
    failed: list[tuple[str, Finding]],
    notebook: Notebook,
) -> ExerciseResult:
    """The verdict on an exercise's functions, or on why there is none; `failed` are the cells that failed."""
    first = next((reply.error for reply in run.replies if reply), None)
    if first and first.kind == "missing":
        own = dict(zip(bench.exercise.functions, check.given, strict=True))
        similar = "" if first.text in _taken(notebook) else first.text
        fault = missing_function(own.get(first.message, first.message), similar, failed)
        return unmarked(bench.exercise, "", "error", fault)
    if ending == NOT_REACHED:
        why = "not judged: the notebook took too long, or its process died too often"
        return unmarked(bench.exercise, "", "timeout", Finding(why))
    return _for_a_notebook(judge(bench, "", run))


def _taken(notebook: Notebook) -> set[str]:
    """The functions of exercises, as the catalog and this notebook call them: none is another one that was renamed."""
    checks = (check_of(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    named = {name for check in checks if check for name in check.given}
    return named.union(*(exercise.functions for exercise in catalog.every()))


def _for_a_notebook(result: ExerciseResult) -> ExerciseResult:
    """Without the advice to take a file from the exercises' folder: a course has none."""
    command = f"`grader reset {result.name}` brings the given forward back."
    findings = (
        replace(each, advice=each.advice.replace(command, "Put the given forward back.")) for each in result.findings
    )
    return replace(result, findings=tuple(findings))


def _run(replies: Replies, ending: Ending | None) -> Run:
    return Run(replies, ending or Ending("finished"), printed=_printed(replies))


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
