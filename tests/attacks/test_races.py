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
from types import SimpleNamespace

import pytest

from tests.proof import needs

needs("nbgrader")

import nbformat
from nbgrader.coursedir import CourseDirectory

from grader import catalog
from grader.course.private_course import PrivateCourse
from grader.sandbox.host.source_file import SubmissionFileError
from tests import commands, submissions
from tests.attacks import swapper
from tests.attacks.burdens import FILE
from tests.attacks.folders import WRONG
from tests.attacks.races import FILE_SWAPS, NOTEBOOK_SWAPS, SECRETS, SOLUTIONS
from tests.classes import classes
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import named
from tests.course.test_stock_attacks import source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names are swapped by a system call of Linux")

SECRET = "HANDGRAD_SECRET_2f6c"

CLASS = 40
BY_STOCK = int(os.environ.get("HANDGRAD_RACES", "10"))
"""How many hand in; nbgrader's own commands take half a second each for one, so that more are asked for by hand."""

ROUNDS = 2
"""How often all of them are read as nbgrader's own commands have them read, without these commands."""


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
    private(tmp_path / SOLUTIONS / FILE, solution)
    private(tmp_path / SECRETS / FILE, f"{SECRET} = = 1\n")
    for number in range(CLASS):
        is_honest = number % 2 == 0
        folder = tmp_path / "class" / f"{'h' if is_honest else 'x'}{number}"
        swap = FILE_SWAPS[number // 2 % len(FILE_SWAPS)]
        inner = folder if is_honest or swap.name != "exercises" else folder / "exercises"
        inner.mkdir(parents=True)
        (inner / FILE).write_text(f"{solution.decode() if is_honest else WRONG}\n# {number}\n")
        if not is_honest:
            race.add(*swap.pair(folder, tmp_path))
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
    for place in (SECRETS, f"{SECRETS}/{ASSIGNMENT}"):
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
            race.add(*NOTEBOOK_SWAPS[number // 2 % len(NOTEBOOK_SWAPS)].pair(mine, folder))
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


def test_a_class_of_notebooks_as_nbgrader_itself_has_them_read(tmp_path: Path) -> None:
    course, race = course_with_races(tmp_path, CLASS)
    honest = (course.folder / "submitted" / "h0" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_bytes()
    directory = CourseDirectory(root=str(course.folder), assignment_id=ASSIGNMENT)
    converter = SimpleNamespace(coursedir=directory, notebooks=[f"{ASSIGNMENT}.ipynb"])
    reading = PrivateCourse(converter)
    with race.running():
        for number in [*range(CLASS)] * ROUNDS:
            student = f"{'x' if number % 2 else 'h'}{number}"
            place, copy = (Path(each.format_path("submitted", student, ASSIGNMENT)) for each in (directory, reading))
            assert revealed(copy) == []
            try:
                notebook = reading.notebook(place / f"{ASSIGNMENT}.ipynb")
            except SubmissionFileError:
                assert number % 2
                continue
            assert SECRET.encode() not in notebook
            if number % 2 == 0:
                assert notebook == honest
                assert {(copy / each).read_text() for each in ("notes.txt", "data/notes.txt")} == {student}
