"""An instructor's own tasks in Markdown, a section `## name` each: questions marked by hand, and plain tests.

A question has `### Answer` and `### Marks`. A task with plain tests has `### Tests (2 points)`, Python that raises
where something is wrong, and before it, where there is something to write, `### Solution`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.authoring.chapter_notebook import Cell, Question, code_cell, markdown_cell, points_text, questions

_TESTED = re.compile(
    r"(?P<name>[a-z0-9-]+)\n(?P<text>.+?)"
    r"(?:\n### Solution\n(?P<solution>.+?))?"
    r"\n### Tests \((?P<points>\d+(?:\.\d+)?) points?\)\n(?P<tests>.+)",
    re.DOTALL,
)
_FENCED = re.compile(r"\s*```(?:python)?\n(.*?)\n?```\s*", re.DOTALL)

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class TestedTask:
    """A task of the instructor's whose tests run beside the student's code: `solution` is "" if there is none."""

    __test__ = False

    name: str
    text: str
    solution: str
    tests: str
    points: float


def own_tasks(text: str) -> Iterator[Question | TestedTask]:
    """The tasks in a text, in their order. Raises ValueError for a section that is neither kind."""
    for section in _sections(text):
        if re.search(r"^### (?:Tests|Solution)\b", _without_code(section), re.MULTILINE):
            yield _tested(section)
        else:
            yield from questions(f"## {section}")


def _sections(text: str) -> Iterator[str]:
    """What stands below each heading, with it; a line of code that begins with ## is none."""
    starts, is_code, place = [], False, 0
    for line in text.splitlines(keepends=True):
        is_code ^= line.startswith("```")
        if line.startswith("## ") and not is_code:
            starts.append(place)
        place += len(line)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end].removeprefix("## ")


def _without_code(section: str) -> str:
    return re.sub(r"^```.*?^```", "", section, flags=re.MULTILINE | re.DOTALL)


def _tested(section: str) -> TestedTask:
    heading = section.partition("\n")[0]
    found = _TESTED.fullmatch(section)
    if found is None or not (points := float(found["points"])):
        raise ValueError(
            f"the task {heading!r} needs a name in kebab-case, a text, and '### Tests (2 points)'; before that, "
            "if there is something to write, '### Solution'"
        )
    solution = _code(found["solution"], heading) if found["solution"] else ""
    if solution and BEGIN not in solution:
        solution = f"{BEGIN}\n{solution}\n{END}"
    return TestedTask(found["name"], found["text"].strip(), solution, _code(found["tests"], heading), points)


def _code(text: str, heading: str) -> str:
    found = _FENCED.fullmatch(text)
    if found is None or not found[1].strip():
        raise ValueError(
            f"the task {heading!r} needs Python between ```python and ``` in its solution and in its tests"
        )
    try:
        if not re.search(r"^\s*[%!]", found[1], re.MULTILINE):
            compile(found[1], heading, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"the task {heading!r} has code that isn't Python: {error}") from None
    return found[1]


def task_cells(task: TestedTask) -> list[Cell]:
    """The cells of a task with plain tests."""
    heading = f"**{task.name.replace('-', ' ').capitalize()}** *({points_text(task.points)})*"
    cells = [markdown_cell(f"{task.name}-task", f"{heading}\n\n{task.text}")]
    if task.solution:
        cells.append(code_cell(task.name, task.solution, solution=True))
    return [*cells, code_cell(f"{task.name}-tests", task.tests, locked=True, points=task.points)]
