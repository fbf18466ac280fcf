"""A submitted notebook and a seed make the same notebook with an output for every cell, and points for the test cells.

A test cell that does nothing but call `check` is judged here, with the course's seed; the sandbox only runs the
functions. Any other test cell runs beside the student's code, and its word is taken for what it is worth.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Literal, TypeAlias

import numpy as np

from grader import catalog
from grader.course import outputs
from grader.course.check_call import CheckCall, check_call, is_test, require_right
from grader.course.faults import cell_fault, missing_function
from grader.course.restoring import note_of
from grader.course.running import NOT_REACHED, JudgingError, Limits, Replies, Steps, run_steps
from grader.exercise import Exercise
from grader.graph.exhibits import failing_graph
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.judging.memory import Memory
from grader.judging.second_run import Again
from grader.judging.telling import EVERYTHING, Tell, for_students
from grader.judging.unmarked import unmarked_result
from grader.reference.upstream import TorchNeededError
from grader.report.notebook_graph import graph_html
from grader.results import Check, ExerciseResult, Finding
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import Cell, Step, Trials
from grader.sandbox.wire.records import Ending, Run, StudentError

Notebook: TypeAlias = Any
"""A notebook as nbformat has it, version 4: `cells`, each with `cell_type`, `source` and `metadata`."""

CheckAgain: TypeAlias = Callable[[int], Run]
"""Runs the functions of the check in a cell, by its number, on the fresh cases of its bench."""


@dataclass(frozen=True)
class TestCell:
    """What a test cell earned, in its own points. Where it is no call of `check`, its `result` has the cell's name."""

    __test__ = False

    grade_id: str
    points: float
    max_points: float
    result: ExerciseResult


@dataclass(frozen=True)
class JudgedNotebook:
    """A notebook with its outputs, and what its test cells earned, in their order."""

    notebook: Notebook
    tests: tuple[TestCell, ...]


@dataclass(frozen=True)
class CheckVerdict:
    """The verdict on a call of `check`, why a person should look at it, and what stands below it, as HTML."""

    result: ExerciseResult
    concern: str
    drawing: str


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

    `faults` has every code cell but those that are a call of `check`. `tell` is how much of the verdicts its outputs
    say; the verdicts themselves have everything.
    """

    notebook: Notebook
    steps: Steps
    faults: Mapping[int, Finding | None]
    tell: Tell = EVERYTHING
    verdicts: Mapping[int, CheckVerdict] = field(default_factory=dict)

    @property
    def undecided(self) -> tuple[int, ...]:
        """The checks that have no verdict yet."""
        return tuple(
            number for number in self.steps.replies if number not in self.faults and number not in self.verdicts
        )

    def with_verdicts(
        self,
        benches: Mapping[str, Bench],
        again: CheckAgain | None = None,
        memory: Memory[CheckVerdict] | None = None,
    ) -> RanNotebook:
        """With every verdict that can be reached in this process; the answers that they came from are dropped.

        `again` runs a check's functions on the fresh cases of its bench; `memory` has the verdicts of other notebooks.
        """
        memory = Memory() if memory is None else memory
        verdicts = dict(self.verdicts)
        for number in self.undecided:
            with suppress(TorchNeededError):
                verdicts[number] = self._verdict(number, benches, again and partial(again, number), memory)
        replies = {number: each for number, each in self.steps.replies.items() if number not in verdicts}
        return replace(self, steps=replace(self.steps, replies=replies), verdicts=verdicts)

    def with_outputs(self) -> JudgedNotebook:
        """The notebook with its outputs, which are written into it; no check may be undecided."""
        tests = []
        for number, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.execution_count = None
            if number not in self.faults:
                tests.append(_checked_cell(cell, self.verdicts[number], self.tell))
            elif is_test(cell):
                tests.append(_plain_test(cell, self.steps, number, self.faults[number]))
            else:
                cell.outputs = outputs.of_cell(self.steps.all_printed(number), self.faults[number], note_of(cell))
        return JudgedNotebook(self.notebook, tuple(tests))

    def _verdict(
        self, number: int, benches: Mapping[str, Bench], again: Again | None, memory: Memory[CheckVerdict]
    ) -> CheckVerdict:
        call = check_call(self.notebook.cells[number].source)
        assert call is not None
        bench, replies = benches[call.exercise], self.steps.replies[number]
        ending = self.steps.endings.get(number, Ending("finished"))
        printed, place = self.steps.printed.get(number, ""), self.steps.places.get(number)
        run = Run(replies, ending, printed=printed, place=place)
        first = next((reply.error for reply in replies if reply), None)
        if first and first.kind == "missing":
            missing = self._missing(bench.exercise, call, first)
            return CheckVerdict(unmarked_result(bench.exercise, "", "error", missing), run.concern, "")
        return memory.of(call.exercise, run, again, partial(_check_verdict, bench, run))

    def _missing(self, exercise: Exercise, call: CheckCall, error: StudentError) -> Finding:
        own = dict(zip(exercise.functions, call.given, strict=True))
        similar = "" if error.text in self._taken() else error.text
        failed = [(self.notebook.cells[number].source, fault) for number, fault in self.faults.items() if fault]
        return missing_function(own.get(error.message, error.message), similar, failed)

    def _taken(self) -> set[str]:
        """The exercises' functions, as the catalog and the test cells call them: none is another that was renamed."""
        calls = (check_call(cell.source) for cell in self.notebook.cells if is_test(cell))
        named = {name for call in calls if call for name in call.given}
        return named.union(*(exercise.functions for exercise in catalog.every()))


@dataclass(frozen=True)
class NotebookJudge:
    """Judges notebooks with one secret seed; `benches` are those of all exercises that will be asked for.

    `tell` is how much of a verdict students are told.
    """

    sandbox: Sandbox
    benches: Mapping[str, Bench] = field(repr=False)
    limits: Limits
    tell: Tell = EVERYTHING
    _trials: dict[CheckCall, Trials] = field(default_factory=dict, repr=False)
    _memory: Memory[CheckVerdict] = field(default_factory=Memory, repr=False)

    def judge(self, notebook: Notebook) -> JudgedNotebook:
        """The judged notebook; `notebook` stays as it is.

        Its test cells must be the instructor's own, with their points in nbgrader's metadata; a note in
        `metadata.handgrad.note` is shown with the verdict. Raises JudgingError, and CheckError for a test cell that
        calls `check` wrongly.
        """
        return self.run(copy.deepcopy(notebook)).with_outputs()

    def run(self, notebook: Notebook) -> RanNotebook:
        """What comes of a notebook's cells, with what verdicts can be reached here. Raises what `judge` raises."""
        cells = {number: cell for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
        steps = {number: self._step(number, cell) for number, cell in cells.items()}
        ran = run_steps(self.sandbox, steps, self.limits)
        faults = {number: _fault(ran, number, step) for number, step in steps.items() if isinstance(step, Cell)}
        return RanNotebook(notebook, ran, faults, self.tell).with_verdicts(
            self.benches, self._again(notebook, steps), self._memory
        )

    def _again(self, notebook: Notebook, steps: Mapping[int, Step]) -> CheckAgain:
        """What tries the checks on fresh cases: all of them, when the first is asked for."""

        @cache
        def run() -> Steps | None:
            fresh = {number: self._fresh(notebook.cells[number], step) for number, step in steps.items()}
            with suppress(JudgingError):
                return run_steps(self.sandbox, fresh, self.limits)
            return None

        def again(number: int) -> Run:
            ran = run()
            if ran is None or number in ran.endings:
                return Run((), Ending("infrastructure"))
            return Run(ran.replies[number], Ending("finished"))

        return again

    def _fresh(self, cell: Any, step: Step) -> Step:
        if isinstance(step, Cell) or (call := check_call(cell.source)) is None:
            return step
        return replace(step, job=self.benches[call.exercise].job(b"", fresh=True))

    def _step(self, number: int, cell: Any) -> Step:
        call = check_call(cell.source) if is_test(cell) else None
        if call is None:
            return Cell(f"cell {number + 1}", cell.source, self.limits.cell)
        if call not in self._trials:
            require_right(cell.source, call)
            self._trials[call] = Trials(call.given, self.benches[call.exercise].job(b""))
        return self._trials[call]


def _check_verdict(bench: Bench, run: Run, again: Again | None) -> CheckVerdict:
    """The verdict on an exercise's functions that are there."""
    if run.ending == NOT_REACHED:
        why = "not judged: the notebook took too long, or its process died too often"
        return CheckVerdict(unmarked_result(bench.exercise, "", "timeout", Finding(why)), run.concern, "")
    made = judgement(bench, "", run, again)
    return CheckVerdict(made.result, run.concern, graph_html(failing_graph(bench, made)))


def _fault(ran: Steps, number: int, step: Cell) -> Finding | None:
    reply = ran.replies[number][0]
    error = reply.error if reply else None
    return cell_fault(error, ran.endings.get(number), step.seconds, ran.places.get(number), step.source)


def _checked_cell(cell: Any, verdict: CheckVerdict, tell: Tell) -> TestCell:
    grade_id, most = cell.metadata["nbgrader"]["grade_id"], float(cell.metadata["nbgrader"]["points"])
    result = verdict.result.worth(most)
    cell.outputs = outputs.of_check(for_students(result, tell), note_of(cell), verdict.drawing)
    return TestCell(grade_id, result.points, most, result)


def _plain_test(cell: Any, steps: Steps, number: int, fault: Finding | None) -> TestCell:
    grade_id, most = cell.metadata["nbgrader"]["grade_id"], float(cell.metadata["nbgrader"]["points"])
    earned = 0.0 if fault else _value(steps.replies[number], most)
    cell.outputs = outputs.of_plain_test(steps.all_printed(number), fault, (earned, most), note_of(cell))
    return TestCell(grade_id, earned, most, _plain_result(grade_id, earned, most, fault))


def _plain_result(grade_id: str, earned: float, most: float, fault: Finding | None) -> ExerciseResult:
    status: Literal["passed", "failed"] = "passed" if fault is None and earned == most else "failed"
    said = fault or (Finding("this test gives part of its points") if status == "failed" else None)
    check = Check(grade_id, status, earned, most, said.headline if said else "")
    return ExerciseResult(grade_id, "", "", status, earned, most, (check,), (said,) if said else ())


def _value(replies: Replies, most: float) -> float:
    """The points of a plain test cell that ran to its end: its value if that is a real number, else all of them."""
    value = replies[0].results.get("value") if replies[0] else None
    if not isinstance(value, np.ndarray) or value.ndim or value.dtype.kind not in "fiu":
        return most
    return round(min(max(float(value), 0.0), most), 4) if np.isfinite(value) else 0.0
