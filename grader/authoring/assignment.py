"""An assignment of an instructor's own: exercises, with points, questions and plain tests, make a notebook."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from grader import catalog
from grader.authoring.chapter_notebook import (
    RULES,
    Cell,
    Question,
    code_cell,
    exercise_cells,
    markdown_cell,
    notebook_of,
    notes_text,
    points_text,
    question_cells,
    setup,
)
from grader.authoring.own_tasks import TestedTask, own_tasks, task_cells
from grader.authoring.sync import CHECKOUT, solved, write
from grader.text.language import LanguageError, listed, preferred, say, speaking

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETTINGS = "course.toml"

MOST_POINTS = 1000


class AssignmentError(ValueError):
    """Why an assignment can't be written; a sentence without its full stop."""


@dataclass(frozen=True)
class Composition:
    """What an assignment consists of: exercises by name, with other points than theirs, and the instructor's texts."""

    name: str
    exercises: tuple[str, ...]
    title: str = ""
    points: Mapping[str, float] = field(default_factory=dict)
    introduction: Path | None = None
    questions: Path | None = None
    language: str = ""

    @classmethod
    def read(cls, course: Path, name: str) -> Composition:
        """That of course.toml in a course's folder. Raises AssignmentError."""
        file = course / SETTINGS
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AssignmentError(f"which exercises? Name them, or write a table [{name}] in {SETTINGS}") from None
        except (OSError, ValueError) as error:
            raise AssignmentError(f"{SETTINGS}: {getattr(error, 'strerror', None) or error}") from None
        table = tables.get(name)
        if not isinstance(table, dict):
            others = ", ".join(each for each, found in tables.items() if isinstance(found, dict)) or "none"
            raise AssignmentError(f"{SETTINGS} has no table [{name}]; it has {others}")
        return cls(name, **_settings(course, name, table))


_KINDS: Mapping[str, tuple[type[Any], str]] = {
    "exercises": (list, "a list of names"),
    "title": (str, "a text"),
    "points": (dict, "a table { relu = 3 }"),
    "introduction": (str, "the name of a file"),
    "questions": (str, "the name of a file"),
    "language": (str, 'a language, such as "de"'),
}


def _settings(course: Path, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Raises AssignmentError."""
    for key, value in table.items():
        if key not in _KINDS:
            raise AssignmentError(f"{SETTINGS}, [{name}]: there is no setting {key}; there are {', '.join(_KINDS)}")
        kind, said = _KINDS[key]
        if not isinstance(value, kind) or (key == "exercises" and not all(isinstance(each, str) for each in value)):
            raise AssignmentError(f"{SETTINGS}, [{name}]: {key} is {said}")
    files = {key: course / table[key] for key in ("introduction", "questions") if key in table}
    return {"exercises": (), **table, **files} | {"exercises": tuple(table.get("exercises", ()))}


@dataclass(frozen=True)
class Written:
    """The notebook that was written: where, how many exercises, questions and tests it has, and all its points."""

    path: Path
    exercises: int
    questions: int
    tests: int
    points: float


def write_assignment(course: Path, plan: Composition, force: bool = False) -> Written:
    """Writes an assignment's source notebook into a course. Raises AssignmentError.

    One that has been changed since is left alone, unless that is forced.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise AssignmentError(f"there is no nbgrader_config.py in {course.absolute()}: run this in a course's folder")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", plan.name):
        raise AssignmentError(f"{plan.name!r} is no assignment's name: letters, digits, - and _")
    path = course / "source" / plan.name / f"{plan.name}.ipynb"
    tasks = _tasks(course, plan)
    points = _points(plan)
    try:
        with speaking(preferred(plan.language)):
            cells = _cells(plan, points, tasks)
    except LanguageError as error:
        raise AssignmentError(str(error)) from None
    _require_apart(cells)
    if not force and path.exists() and not _is_as_written(path):
        raise AssignmentError(f"{path} has been changed, or wasn't written by this command; --force writes it anew")
    write(path, notebook_of(cells, handgrad={"written": _digest(cells)}))
    tested = [each for each in tasks if isinstance(each, TestedTask)]
    return Written(
        path, len(points), len(tasks) - len(tested), len(tested), sum(points.values()) + sum(map(_worth, tasks))
    )


def _points(plan: Composition) -> dict[str, float]:
    """The points of each exercise. Raises AssignmentError."""
    if twice := [name for name, count in Counter(plan.exercises).items() if count > 1]:
        raise AssignmentError(f"{twice[0]} is named twice")
    try:
        points = {name: catalog.get(name).points for name in plan.exercises}
    except ValueError as error:
        raise AssignmentError(f"{error}{catalog.advice()}") from None
    for name, worth in plan.points.items():
        if name not in points:
            raise AssignmentError(f"points are given for {name}, which is none of the exercises: {', '.join(points)}")
        if isinstance(worth, bool) or not isinstance(worth, int | float) or not isfinite(worth):
            raise AssignmentError(f"the points of {name} are no number")
        if not 0 < worth <= MOST_POINTS:
            raise AssignmentError(f"the points of {name} are to be more than 0, and at most {MOST_POINTS}")
    return points | dict(plan.points)


def _tasks(course: Path, plan: Composition) -> list[Question | TestedTask]:
    """The instructor's own tasks: from the file that is named, else from `questions/NAME.md`, if there is one."""
    file = plan.questions or course / "questions" / f"{plan.name}.md"
    if not plan.questions and not file.exists():
        return []
    try:
        tasks = list(own_tasks(_text(file)))
    except AssignmentError:
        raise
    except ValueError as error:
        raise AssignmentError(f"{file}: {error}") from None
    if not tasks:
        raise AssignmentError(f"{file} has no section '## name'")
    return tasks


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{file} can't be read: {getattr(error, 'strerror', None) or error}") from None


def _cells(plan: Composition, points: Mapping[str, float], tasks: Sequence[Question | TestedTask]) -> list[Cell]:
    cells = [
        markdown_cell("introduction", _introduction(plan, points, tasks)),
        code_cell("setup", setup(), locked=True),
    ]
    for name, worth in points.items():
        try:
            cells += exercise_cells(catalog.get(name), solved(catalog.get(name), CHECKOUT), worth)
        except FileNotFoundError:
            missing = "a checkout of Handgrad" if catalog.home(name) is None else str(catalog.home(name))
            raise AssignmentError(f"the notebook needs the worked solution of {name}, from {missing}") from None
        except (SyntaxError, ValueError) as error:
            raise AssignmentError(f"the solution of {name} can't be used: {error}") from None
    for task in (each for each in tasks if isinstance(each, TestedTask)):
        cells += task_cells(task)
    for place, question in enumerate((each for each in tasks if isinstance(each, Question)), 1):
        cells += question_cells(place, question)
    return cells


def _introduction(plan: Composition, points: Mapping[str, float], tasks: Sequence[Question | TestedTask]) -> str:
    parts = [(sum(points.values()), say("{points} for the exercises, which `check` judges"))]
    tested, asked = ([each for each in tasks if isinstance(each, kind)] for kind in (TestedTask, Question))
    parts += [
        (sum(map(_worth, tested)), say("{points} for the tests after them")),
        (sum(map(_worth, asked)), say("{points} for the questions at the end")),
    ]
    said = [what.format(points=f"{points:g}") for points, what in parts if points]
    title = plan.title or plan.name.replace("_", " ").replace("-", " ").capitalize()
    own = f"{_text(plan.introduction).strip()}\n\n" if plan.introduction else ""
    rules = f"{say(RULES)}\n" if points else ""
    total = points_text(sum(worth for worth, _ in parts))
    exercises = [catalog.get(name) for name in points]
    worth = say("This assignment has {total}: {parts}.", total=total, parts=listed(said))
    return f"# {title}\n\n{own}{rules}{worth}\n{notes_text(exercises)}"


def _worth(task: Question | TestedTask) -> float:
    return len(task.marks) if isinstance(task, Question) else task.points


def _require_apart(cells: Sequence[Cell]) -> None:
    """Raises AssignmentError if two cells have one name."""
    for name, count in Counter(cell["id"] for cell in cells).items():
        if count > 1:
            raise AssignmentError(f"two cells would be called {name}: rename a question or a task")


def _is_as_written(path: Path) -> bool:
    """Whether a notebook is as this command has written it, be it saved by JupyterLab since."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return bool(found["metadata"]["handgrad"]["written"] == _digest(found["cells"]))
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _digest(cells: Sequence[Cell]) -> str:
    """A digest of what an instructor may change: cells, what is in them, and their points."""
    parts = [(each["cell_type"], "".join(each["source"]), each["metadata"].get("nbgrader")) for each in cells]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
