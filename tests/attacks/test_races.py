"""Students who swap their files for links while a class is graded learn nothing, earn nothing and disturb nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.proof import needs

needs("nbgrader")

import nbformat

from grader import catalog
from tests import commands, submissions
from tests.attacks import swapper
from tests.attacks.folders import WRONG
from tests.classes import classes
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import named
from tests.course.test_stock_attacks import source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names are swapped by a system call of Linux")

SECRET = "HANDGRAD_SECRET_2f6c"

CLASS = 100
BY_STOCK = int(os.environ.get("HANDGRAD_RACES", "10"))
"""How many hand in; nbgrader's own commands take half a second each for one, so that more are asked for by hand."""

FILE = "ex21_relu.py"


@dataclass
class Race:
    """What students swap: names below `folder`, each with a link that lies in a folder of its own beside it."""

    folder: Path
    pairs: list[tuple[Path, Path]] = field(default_factory=list)

    def add(self, path: Path, target: Path) -> None:
        """Has what is at `path` swapped for a link to `target`."""
        link = self.folder / "links" / str(len(self.pairs))
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(target)
        self.pairs.append((path, link))

    @contextmanager
    def running(self) -> Iterator[None]:
        """While this runs, so does the race."""
        file = self.folder / "pairs"
        file.write_text("".join(f"{path}\t{link}\n" for path, link in self.pairs))
        command = [sys.executable, "-S", "-E", swapper.__file__, str(file)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield
            process.stdin.close()
            assert int(process.stdout.read()) > 10


def revealed(*places: Path) -> list[str]:
    """The files with the secret in them."""
    files = [path for place in places for path in [place, *place.rglob("*")] if path.is_file()]
    return [str(path) for path in files if SECRET.encode() in path.read_bytes()]


def private(path: Path, content: str | bytes) -> None:
    """A file of the instructor's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)


def test_a_class_of_files(tmp_path: Path) -> None:
    race, solution = Race(tmp_path), submissions.solution(catalog.get("relu"))
    solutions, secrets = tmp_path / "solutions", tmp_path / "secrets"
    private(solutions / FILE, solution)
    private(secrets / FILE, f"{SECRET} = = 1\n")
    for number in range(CLASS):
        is_honest = number % 2 == 0
        folder = tmp_path / "class" / f"{'h' if is_honest else 'x'}{number}"
        inner = folder / "exercises" if number % 10 == 1 else folder
        inner.mkdir(parents=True)
        (inner / FILE).write_text(f"{solution.decode() if is_honest else WRONG}\n# {number}\n")
        if number % 10 == 1:
            race.add(inner, solutions)
        elif number % 10 == 3:
            race.add(folder / FILE, solutions / FILE)
        elif number % 10 == 5:
            race.add(folder, solutions)
        elif number % 10 == 7:
            race.add(folder, secrets)
        elif number % 10 == 9:
            race.add(folder, tmp_path / "class" / f"h{number - 1}")
    with race.running():
        outputs = ("--json", "m.jsonl", "--csv", "m.csv", "--feedback", "told")
        command = classes.command("class", *outputs, "-k", "relu")[1:]
        done = commands.run(*command, cwd=tmp_path, env=classes.environment())
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    records = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text("utf-8").splitlines()]
    points = {record["submission"].split("/")[1]: record["points"] for record in records}
    assert {name: earned for name, earned in points.items() if name.startswith("x") and earned} == {}
    honest = [f"h{number}" for number in range(0, CLASS, 2)]
    assert {name: points.get(name) for name in honest} == dict.fromkeys(honest, 2.0)
    assert revealed(tmp_path / "m.jsonl", tmp_path / "m.csv", tmp_path / "told") == []
    assert SECRET not in said


def course_with_races(folder: Path, count: int) -> tuple[Course, Race]:
    """A course in which every second student races, each in one of several ways."""
    course, race = Course.released(folder / "course", source()), Race(folder)
    secret = source()
    named(secret, "relu").source += f"\n# {SECRET}\n"
    for place in ("secrets", f"secrets/{ASSIGNMENT}"):
        private(folder / place / f"{ASSIGNMENT}.ipynb", nbformat.writes(secret))
        private(folder / place / "notes.txt", SECRET)
    wrong = source()
    named(wrong, "relu").source = WRONG
    for number in range(count):
        student = f"{'x' if number % 2 else 'h'}{number}"
        course.submit(student, wrong if number % 2 else source())
        mine = course.folder / "submitted" / student / ASSIGNMENT
        (mine / "data").mkdir()
        for path in (mine / "notes.txt", mine / "data" / "notes.txt"):
            path.write_text(student)
        if number % 2:
            racing = [
                (mine, folder / "secrets"),
                (mine.parent, folder / "secrets"),
                (mine / f"{ASSIGNMENT}.ipynb", folder / "secrets" / f"{ASSIGNMENT}.ipynb"),
                (mine / "data", folder / "secrets"),
                (mine / "notes.txt", folder / "secrets" / "notes.txt"),
            ]
            race.add(*racing[number // 2 % len(racing)])
    return course, race


def require_fair(course: Course, count: int) -> None:
    """Raises AssertionError unless the honest have their marks, and the others nothing, not even a word."""
    points = {student: score for student, (score, _) in course.marks().items()}
    assert {name: earned for name, earned in points.items() if name.startswith("x") and earned} == {}
    honest = [f"h{number}" for number in range(0, count, 2)]
    assert {name: points.get(name) for name in honest} == dict.fromkeys(honest, 2.0)
    made = ("autograded", "feedback", "gradebook.db", "autograde.resume")
    assert revealed(*(course.folder / each for each in made)) == []
    notes = course.folder / "autograded" / honest[0] / ASSIGNMENT / "data" / "notes.txt"
    assert notes.read_text() == honest[0]


def test_a_class_of_notebooks(tmp_path: Path) -> None:
    course, race = course_with_races(tmp_path, CLASS)
    with race.running():
        done = commands.run("-m", "grader", "autograde", ASSIGNMENT, cwd=course.folder, env=classes.environment())
    assert "Traceback" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    require_fair(course, CLASS)


def test_a_class_of_notebooks_graded_by_nbgrader_itself(tmp_path: Path) -> None:
    course, race = course_with_races(tmp_path, BY_STOCK)
    with race.running():
        said = course.run("autograde", ASSIGNMENT)
    assert "Traceback" not in said
    assert SECRET not in said
    course.run("generate_feedback", ASSIGNMENT, "--student=x*")
    require_fair(course, BY_STOCK)
