"""What a worker process does for one submission: its notebooks are read, restored and judged, without PyTorch.

What can't be told without PyTorch, as where a wrong network's numbers aren't finite, is left to `finish`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from grader.classes.benches import Portable
from grader.course.check_call import check_call, require_right
from grader.course.notebook_judge import Notebook, NotebookJudge, RanNotebook
from grader.course.reading import UnreadableError, read_notebook, renumbered, unreadable_notebook
from grader.course.restoring import Original, note_of, restored
from grader.course.running import Limits
from grader.judging.bench import Bench
from grader.judging.telling import Tell
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Isolation, Sandbox
from grader.text.language import follow


@dataclass(frozen=True)
class Master:
    """A notebook of the assignment as the gradebook has it: its cells by id.

    `pristine` are those whose checksum in the gradebook is that of their source; `given` the texts of cells that the
    gradebook doesn't have.
    """

    originals: Mapping[str, Original]
    pristine: frozenset[str]
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NotebooksSetup:
    """What a worker needs for an assignment."""

    isolation: Isolation
    limits: Limits
    tell: Tell
    benches: Mapping[str, Portable]
    masters: Mapping[str, Master]
    language: str


@dataclass(frozen=True)
class StudentNotebooks:
    """A student's notebooks: what was handed in, by name, or why it can't be read."""

    student: str
    notebooks: Mapping[str, bytes | str]


@dataclass(frozen=True)
class NotebookMarks:
    """What is to be entered in the gradebook for a notebook.

    `scores` has an automatic score for every graded cell, None where a person is to give it; `unanswered` are the
    cells whose answer is still the stub.
    """

    scores: Mapping[str, float | None]
    unanswered: frozenset[str]


@dataclass(frozen=True)
class GradedNotebook:
    """A notebook as it is written, its marks, and the verdicts of its test cells, in the points of these.

    `concerns` tells, by exercise, why a person should look at it, as `Run.concern` does.
    """

    text: str
    marks: NotebookMarks
    results: tuple[ExerciseResult, ...]
    concerns: Mapping[str, str]


@dataclass(frozen=True)
class SubmissionGrading:
    """What came of a submission, by notebook; `RanNotebook` where PyTorch must be asked once more.

    `odd` is what a person should look at beside the exercises: a key of `CONCERNS`, and a text.
    """

    notebooks: Mapping[str, GradedNotebook | RanNotebook]
    seconds: float
    odd: tuple[tuple[str, str], ...]


def exercises(masters: Mapping[str, Master]) -> list[str]:
    """The exercises that the assignment's test cells call, in their order. Raises CheckError."""
    found = []
    for cell in chain.from_iterable(master.originals.values() for master in masters.values()):
        is_test = cell.cell_type == "code" and cell.marks["grade"] and not cell.marks["solution"]
        if is_test and (call := check_call(cell.source)):
            require_right(cell.source, call)
            found.append(call.exercise)
    return list(dict.fromkeys(found))


def make(setup: NotebooksSetup) -> Callable[[StudentNotebooks], SubmissionGrading]:
    """What grades submissions in this process. Raises IsolationError when it can't be as strict as it should."""
    follow(setup.language)
    sandbox = Sandbox(setup.isolation)
    benches = {name: each.bench() for name, each in setup.benches.items()}
    sandbox.ready()
    return partial(grade, setup.masters, NotebookJudge(sandbox, benches, setup.limits, setup.tell))


def grade(masters: Mapping[str, Master], judge: NotebookJudge, submission: StudentNotebooks) -> SubmissionGrading:
    """The grading of a submission. Raises JudgingError."""
    began = time.perf_counter()
    graded: dict[str, GradedNotebook | RanNotebook] = {}
    odd: list[tuple[str, str]] = []
    for name, content in submission.notebooks.items():
        notebook, note = _opened(content, masters[name])
        ran = judge.run(notebook)
        graded[name] = ran if ran.undecided else graded_notebook(ran, masters[name])
        deaths = [(each.kind, f"cell {place + 1}") for place, each in ran.steps.endings.items() if place in ran.faults]
        odd += [(kind, f"{name}.ipynb: {text}") for kind, text in [note, *deaths] if text]
    return SubmissionGrading(graded, time.perf_counter() - began, tuple(odd))


def _opened(content: bytes | str, master: Master) -> tuple[Notebook, tuple[str, str]]:
    """A notebook as it is judged, and what a person should know of that: a key of `CONCERNS`, and a text or ""."""
    problem = ""
    try:
        if isinstance(content, str):
            raise UnreadableError(content)
        notebook = read_notebook(content)
    except UnreadableError as error:
        notebook, problem = unreadable_notebook(error), str(error)
    notebook.cells = restored(notebook.cells, master.originals, master.given)
    note = ("unreadable", problem) if problem else ("restored", _restoration(notebook.cells))
    return renumbered(notebook), note


def _restoration(cells: Iterable[Any]) -> str:
    """What was restored in the cells, in a line, or ""."""
    names: dict[str, list[str]] = {}
    for cell in cells:
        if note := note_of(cell):
            names.setdefault(note, []).append(cell.metadata["nbgrader"]["grade_id"])
    return "; ".join(f"{', '.join(each)}: {note}" for note, each in names.items())


def finish(
    masters: Mapping[str, Master], benches: Mapping[str, Bench], grading: SubmissionGrading
) -> dict[str, GradedNotebook]:
    """The notebooks of a grading, where need be marked with `benches` that may ask PyTorch."""
    return {
        name: graded_notebook(each.with_verdicts(benches), masters[name]) if isinstance(each, RanNotebook) else each
        for name, each in grading.notebooks.items()
    }


def graded_notebook(ran: RanNotebook, master: Master) -> GradedNotebook:
    """A notebook that was run and marked, with the entries that nbgrader would make for it."""
    judged = ran.with_outputs()
    scores: dict[str, float | None] = {test.grade_id: test.points for test in judged.tests}
    unanswered = frozenset(filter(None, (_unanswered(cell, master) for cell in judged.notebook.cells)))
    for name, original in master.originals.items():
        if original.marks["grade"] and name not in scores:
            scores[name] = 0.0 if name in unanswered else None
    results = tuple(test.result for test in judged.tests)
    concerns = {each.result.name: each.concern for each in ran.verdicts.values() if each.concern}
    return GradedNotebook(notebook_text(judged.notebook), NotebookMarks(scores, unanswered), results, concerns)


def _unanswered(cell: Any, master: Master) -> str:
    """The id of an answer that is the stub, or ""."""
    marks = cell.metadata.get("nbgrader", {})
    name = str(marks.get("grade_id", ""))
    if not marks.get("solution") or name not in master.pristine:
        return ""
    return name if cell.source == master.originals[name].source else ""


def record_of(graded: Mapping[str, GradedNotebook], grading: SubmissionGrading, odd: Sequence[tuple[str, str]]) -> str:
    """The verdicts on a submission as JSON, for the class's summary: of an exercise's checks, the first with a message.

    `odd` is what a person should look at beside what the grading knows of.
    """
    found: dict[str, dict[str, Any]] = {}
    concerns: dict[str, str] = {}
    findings: dict[str, list[dict[str, Any]]] = {}
    for notebook, each in graded.items():
        concerns.update(each.concerns)
        for result in each.results:
            # A test of the instructor's may be called like another notebook's, or like an exercise.
            name = f"{result.name} ({notebook})" if result.name in found else result.name
            said = result.to_json()
            findings[name] = [finding.to_json() for finding in result.findings]
            found[name] = said | {"name": name, "checks": [one for one in said["checks"] if one["message"]][:1]}
    seconds = round(grading.seconds, 3)
    every = [*grading.odd, *odd]
    exercises = [*found.values()]
    return json.dumps(
        {"exercises": exercises, "seconds": seconds, "concerns": concerns, "findings": findings, "odd": every}
    )


def notebook_text(notebook: Notebook) -> str:
    """What nbformat writes for the notebook, whose lines of text are split: it isn't to be used any more."""
    for cell in notebook.cells:
        cell.source = cell.source.splitlines(True)
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = output.text.splitlines(True)
            else:
                output.data.update({kind: text.splitlines(True) for kind, text in output.data.items()})
    return json.dumps(notebook, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False) + "\n"
