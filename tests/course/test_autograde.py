"""`grader autograde` beside stock `nbgrader autograde`: the same gradebook row by row, the same files byte by byte."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.nbgraderformat import MetadataValidator

from grader import catalog
from grader.authoring.chapter_notebook import notebook as written
from grader.classes.notebooks.ledger import ledger
from grader.classes.notebooks.settings import CourseError, read_settings
from grader.classes.notebooks.student_folder import OddSubmissionError, StudentFolder, read
from grader.course.handed_in import Room
from grader.course.reading import LIMIT
from grader.results import seed_fingerprint
from tests import commands
from tests.attacks.canary import work_folder
from tests.attacks.unprivileged import NOBODY
from tests.classes.classes import dask_cluster
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import (
    QUESTION,
    ROOT,
    SEED,
    answered,
    marks,
    named,
    released,
    replaced,
    with_copy,
    without,
)
from tests.course.test_course import DEFINED, NOISE, of_another_type, renamed, tampered
from tests.course.test_postgresql import server  # noqa: F401

LATE = """
import sys
sys.path.append({folder!r})
c.AssignLatePenalties.plugin_class = "late.HalfOff"
c.JudgeSubmission.seconds = 3.0
c.JudgeSubmission.tell = "known"
c.CourseDirectory.ignore = ["*.tmp"]
c.Autograde.exclude_overwriting = {{"backward": ["own.py"]}}
"""

PLUGIN = """
from nbgrader.plugins import BasePlugin

class HalfOff(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {"negative": -1.0, "huge": 1e6, "nothing": None}.get(student_id, score / 3)
"""

ON_TIME, TOO_LATE = "2030-01-31 17:59:00 UTC", "2030-01-31 18:30:00 UTC"


def with_task() -> Any:
    """The instructor's notebook, with a task too: an answer that isn't in a cell of its own."""
    made = notebooks.source()
    task = new_markdown_cell("Draw it.", id="draw")
    task.metadata["nbgrader"] = marks("draw", task=True, points=2)
    made.cells.append(task)
    return made


def network(wrong: str = "") -> Any:
    """The assignment's other notebook: a network, in which a node may be wrong, and a question."""
    exercise = catalog.get("branch_merge")
    solution = (ROOT / "solutions" / f"{exercise.module}.py").read_text()
    made = nbformat.reads(
        written("Chapter 4: Networks", [exercise], {exercise.name: solution}, [QUESTION]), as_version=4
    )
    if wrong:
        cell = named(made, "branch_merge")
        assert "dh * 2 * u + dv" in cell.source
        cell.source = cell.source.replace("dh * 2 * u + dv", wrong)
    return made


UNANSWERED = "*Your answer goes here.*"

ODD = "Σ ∂L/∂x\u2028 \x0b\x0c\x1c é\r\nä"

WRONG_NODES = {"perfect": "", "partial": "dh * u + dv", "late": "dh * 2 * u - dv", "huge": "dh * 2 * u"}


def unanswered(below: str = "", above: str = "") -> Any:
    """The question as students get it, with a cell of text below it, or more text in the cell above."""
    made = answered(why=UNANSWERED)
    if below:
        made.cells.insert(notebooks.place(made, "why") + 1, new_markdown_cell(below))
    made.cells[notebooks.place(made, "why") - 1].source += above
    return made


CLASS: Mapping[str, Any] = {
    "perfect": with_task(),
    "partial": replaced("affine", "return dX, dW, db", "return dX, dW, -db"),
    "unstarted": released(),
    "syntax": answered(relu="def relu_forward(x:\n    return x"),
    # It doesn't compute: what waits for it on both sides leaves the processor to others.
    "endless": answered(relu=DEFINED + "import time\n    while True: time.sleep(1)"),
    "exits": answered(relu="import os\nos._exit(0)\n" + DEFINED + "return dout * (x > 0)"),
    "killer": answered(relu=DEFINED + "import os; os.kill(os.getppid(), 9)"),
    "noisy": answered(relu=DEFINED + NOISE + "\n    return dout * (x > 0)"),
    "deleted": without("affine-check", "relu-own"),
    "all-deleted": without("relu", "relu-check", "affine", "affine-check", "setup", "relu-own", "why"),
    "edited": answered(relu_check="2.0", relu_own="pass", relu="relu_backward = None"),
    "duplicated": with_copy("relu-check"),
    "answered": answered(why="Because."),
    "unanswered": unanswered(),
    "beside": unanswered(below="Because, in a cell of my own."),
    "in-question": unanswered(above="\n\nBecause, in the question's cell."),
    "no-json": "{",
    "huge-file": "#" * (LIMIT + 1),
    "other-json": '{"cells": [{"cell_type": "code", "source": 3}], "nbformat": 4}',
    "flags": tampered(solution=True),
    "too-new": tampered(schema_version=99),
    "retyped": of_another_type(),
    "renamed": renamed(),
    "unicode": answered(why=ODD, relu=DEFINED + "print('\\u2028\\x0b')\n    return dout * (x > 0)"),
}


def environment(course: Course) -> dict[str, str]:
    """An environment in which Python finds this package from any folder."""
    return {**os.environ, "HOME": str(course.folder), "PYTHONPATH": str(ROOT)}


def grader(course: Course, *arguments: str, status: int = 0, jobs: int = 1) -> str:
    """What `grader autograde` says."""
    command = ("-m", "grader", "autograde", *arguments, f"--jobs={jobs}")
    done = commands.run(*command, cwd=course.folder, env=environment(course))
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said, said
    # Where this runs as root, its Python may be closed to others: that is no matter of the seed.
    assert "Warning" not in "".join(line for line in said.splitlines() if "user nobody" not in line), said
    return said


def rows(course: Course) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, with what it refers to in place of the ids, which are drawn at random."""
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as database:
        names: dict[str, str] = {}
        for table, name in (
            ("assignment", "name"),
            ("notebook", "name"),
            ("base_cell", "type || '/' || name"),
            ("source_cell", "name"),
            ("submitted_assignment", "'of ' || student_id"),
        ):
            names |= dict(database.execute(f"SELECT id, {name} FROM {table}"))
        owned = "submitted_notebook n JOIN submitted_assignment a ON a.id = n.assignment_id"
        names |= dict(database.execute(f"SELECT n.id, a.student_id FROM {owned}"))
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for table in tables:
            cursor = database.execute(f"SELECT * FROM {table}")
            own = [column[0] == "id" and table in ("grade", "comment") for column in cursor.description]
            found[table] = sorted(
                (
                    tuple(names.get(value, value) for value, drawn in zip(row, own, strict=True) if not drawn)
                    for row in cursor
                ),
                key=repr,
            )
        return found


def files(course: Course) -> dict[str, tuple[str, bytes]]:
    """Everything that was autograded: by path, the mode, and the bytes of a file."""
    root = course.folder / "autograded"
    return {
        str(path.relative_to(root)): (stat.filemode(path.stat().st_mode), path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
    }


def submit_other(course: Course, student: str, notebook: Any) -> None:
    Course.write(course.folder / "submitted" / student / ASSIGNMENT / "network.ipynb", notebook)


def make(folder: Path) -> Course:
    """A course with a due date, files beside the notebook, and a class."""
    folder.mkdir(parents=True)
    (folder / "late.py").write_text(PLUGIN)
    course = Course.make(folder, with_task(), LATE.format(folder=str(folder)))
    Course.write(course.folder / "source" / ASSIGNMENT / "network.ipynb", network())
    beside = course.folder / "source" / ASSIGNMENT
    (beside / "data").mkdir()
    (beside / "data" / "numbers.csv").write_text("1,2\n")
    (beside / "own.py").write_text("# the instructor's\n")
    course.run("generate_assignment", ASSIGNMENT)
    course.run("db", "assignment", "add", ASSIGNMENT, "--duedate=2030-01-31 18:00:00 UTC")
    course.enrol("perfect", "partial", "nobody")
    for student, notebook in CLASS.items():
        course.submit(student, notebook, ON_TIME)
    for student in ("late", "negative", "huge", "nothing"):
        course.submit(student, notebooks.source(), TOO_LATE)
    for student, wrong in WRONG_NODES.items():
        submit_other(course, student, network(wrong))
    course.submit("no-time", notebooks.source())
    course.submit("empty-time", notebooks.source(), "\n")
    course.submit("empty-handed", None, ON_TIME)
    extra = course.folder / "submitted" / "perfect" / ASSIGNMENT
    (extra / "data").mkdir()
    (extra / "data" / "numbers.csv").write_text("mine")
    (extra / "data" / ".hidden").write_text("")
    (extra / "own.py").write_text("# mine\n")
    (extra / "old.tmp").write_text("ignored")
    (extra / "helper.py").write_text("x = 1\n")
    (extra / "helper.py").chmod(0o755)
    (extra / "another.ipynb").write_text(nbformat.writes(released()))
    return course


@dataclass(frozen=True)
class Pair:
    """Two courses with the same class, one graded by nbgrader and one by us."""

    stock: Course
    ours: Course

    @property
    def both(self) -> tuple[Course, Course]:
        return self.stock, self.ours

    def grade(self, *arguments: str) -> Graded:
        """What both are after grading."""
        with ThreadPoolExecutor() as pool:
            stock = pool.submit(self.stock.run, "autograde", ASSIGNMENT, *arguments)
            grader(self.ours, ASSIGNMENT, *arguments, jobs=2)
        stock.result()
        return Graded(*map(rows, self.both), *map(files, self.both))


@dataclass(frozen=True)
class Graded:
    stock_rows: Mapping[str, list[Any]]
    our_rows: Mapping[str, list[Any]]
    stock_files: Mapping[str, Any]
    our_files: Mapping[str, Any]


def copied(course: Course, folder: Path) -> Course:
    """The same course in another folder."""
    shutil.copytree(course.folder, folder)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course.folder), str(folder)))
    return Course(folder)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    stock = make(folder / "stock")
    return Pair(stock, copied(stock, folder / "ours"))


@pytest.fixture(scope="module")
def first(pair: Pair) -> Graded:
    """The class is graded for the first time."""
    return pair.grade()


@pytest.fixture(scope="module")
def second(pair: Pair, first: Graded) -> Graded:
    """Some were graded by hand, some have handed in again."""
    for course in pair.both:
        with course.gradebook() as gradebook:
            for student, cell, manual, extra in (
                ("perfect", "why", 1.5, None),
                ("perfect", "draw", 2.0, 0.25),
                ("partial", "relu-check", 0.5, None),
                ("no-json", "relu-check", 1.0, 1.0),
                ("late", "affine-check", 1.25, None),
            ):
                grade = gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, student)
                grade.manual_score, grade.extra_credit, grade.needs_manual_grade = manual, extra, False
            comment = gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "partial")
            comment.manual_comment = "Well."
            gradebook.db.commit()
            gradebook.grant_extension(ASSIGNMENT, "late", minutes=10)
        course.submit("late", notebooks.source(), TOO_LATE.replace("18:30", "18:31"))
        course.submit("partial", notebooks.source(), TOO_LATE)
        course.submit("no-json", with_task(), TOO_LATE)
        course.submit("perfect", with_task(), TOO_LATE)
    return pair.grade()


@pytest.fixture(scope="module")
def forced(pair: Pair, second: Graded) -> Graded:
    """Some are graded anew, also who nbgrader doesn't see has handed in again: no-json, no-time, noisy, nothing."""
    for course in pair.both:
        course.submit("no-time", released(), ON_TIME)
    return pair.grade("--force", "--student=no*")


@pytest.mark.parametrize("when", ["first", "second", "forced"])
def test_the_gradebook_is_the_same_row_by_row(when: str, request: pytest.FixtureRequest) -> None:
    graded: Graded = request.getfixturevalue(when)
    assert graded.stock_rows.keys() == graded.our_rows.keys()
    for table, expected in graded.stock_rows.items():
        assert graded.our_rows[table] == expected, table
    assert len(graded.our_rows["submitted_assignment"]) == len(CLASS) + 6


@pytest.mark.parametrize("when", ["first", "second", "forced"])
def test_the_folders_are_the_same_byte_by_byte(when: str, request: pytest.FixtureRequest) -> None:
    graded: Graded = request.getfixturevalue(when)
    assert graded.our_files.keys() == graded.stock_files.keys()
    for path, expected in graded.stock_files.items():
        assert graded.our_files[path] == expected, path


@pytest.mark.parametrize(("student", "to_a_person"), [("beside", True), ("in-question", True), ("unanswered", False)])
def test_an_answer_in_another_cell_is_left_to_a_person(
    pair: Pair, first: Graded, student: str, to_a_person: bool
) -> None:
    assert pair.ours.scores(student)["why"] == (None if to_a_person else 0.0)
    shown = named(pair.ours.autograded(student), "why").source
    assert ("may stand in a cell beside this one" in shown) == to_a_person


def graded(said: str) -> int:
    """How many submissions a run has graded."""
    found = re.findall(r"(\d+) graded", said)
    return int(found[-1]) if found else 0


def test_what_was_changed_is_graded_anew_and_nothing_else(pair: Pair, forced: Graded) -> None:
    ours = pair.ours
    ours.submit("syntax", notebooks.source(), ON_TIME)
    notes = ours.folder / "submitted" / "unicode" / ASSIGNMENT / "notes.txt"
    notes.write_text("more")
    ours.forget("exits")
    with ours.gradebook() as gradebook:
        gradebook.remove_submission(ASSIGNMENT, "noisy")
        gradebook.find_grade("relu-check", ASSIGNMENT, ASSIGNMENT, "edited").auto_score = 2.0
        gradebook.db.commit()
    assert graded(grader(ours, ASSIGNMENT)) == 5
    assert ours.scores("syntax")["relu-check"] == 2.0
    ours.submit("syntax", CLASS["syntax"], ON_TIME)
    notes.unlink()
    assert graded(grader(ours, ASSIGNMENT)) == 2
    assert rows(ours) == forced.our_rows
    assert files(ours) == forced.our_files


def penalty(course: Course, student: str) -> float | None:
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        assert not any(grade.needs_manual_grade for grade in notebook.grades)
        return notebook.late_submission_penalty  # type: ignore[no-any-return]


def test_what_late_penalties_are_told_by_is_noticed_and_marks_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(PLUGIN)
    course = Course.released(tmp_path / "course", notebooks.source())
    course.submit("s", notebooks.source(), TOO_LATE)
    assert graded(grader(course, ASSIGNMENT)) == 1
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "s")
        grade.manual_score, grade.needs_manual_grade = 0.0, False
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=ON_TIME)
        gradebook.db.commit()
    assert "1 late penalty anew" in grader(course, ASSIGNMENT)
    assert not penalty(course, "s")
    page = course.folder / "feedback" / "s" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.parent.mkdir(parents=True)
    page.touch()
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE.format(folder=str(tmp_path)).replace("c.J", "#").replace("c.Aut", "#"))
    assert "1 late penalty anew" in grader(course, ASSIGNMENT)
    assert penalty(course, "s") == 2.0
    assert not page.exists()
    assert "1 kept" in grader(course, ASSIGNMENT)
    with course.gradebook() as gradebook:
        gradebook.grant_extension(ASSIGNMENT, "s", hours=1)
    assert "1 late penalty anew" in grader(course, ASSIGNMENT)
    assert penalty(course, "s") is None


def handed_in(course: Course) -> Course:
    """The course, in which a class of nine has handed in."""
    for number in range(9):
        course.submit(f"s{number:02}", (notebooks.source(), released(), without("relu-check"))[number % 3], ON_TIME)
    return course


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a class of nine that nobody has graded yet, to be copied."""
    return handed_in(Course.released(tmp_path_factory.mktemp("nine") / "course", notebooks.source()))


@pytest.fixture(scope="module")
def nine_graded(nine: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The same course once it has been graded, to be copied."""
    course = copied(nine, tmp_path_factory.mktemp("graded") / "course")
    grader(course, ASSIGNMENT)
    return course


CUT = """
import os, signal, sys

def main(owner, name, times, when, *arguments):
    from grader.cli import main
    from grader.classes.notebooks import delivery
    from grader.classes.notebooks.autograded_folder import Place
    from grader.classes.notebooks.gradebook import Entries
    from grader.classes.notebooks.ledger import Ledger

    owner = {"Place": Place, "Entries": Entries, "Ledger": Ledger}[owner]
    whole, calls = getattr(owner, name), []

    def cut(*arguments):
        calls.append(name)
        if len(calls) == int(times) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = whole(*arguments)
        if len(calls) == int(times):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, cut)
    delivery.BATCH = 2
    main(["autograde", *arguments])

if __name__ == "__main__":
    main(*sys.argv[1:])
"""

CUTS = [
    ("Place", "write", 1, "after"),
    ("Entries", "_enter", 3, "after"),
    ("Entries", "enter", 1, "after"),
    ("Place", "put", 2, "before"),
    ("Ledger", "finish", 1, "after"),
]
"""In the middle of a batch of two: before its transaction, within it, after it, between its folders, and at its end."""


def test_a_run_that_is_killed_anywhere_is_taken_up_again(nine: Course, nine_graded: Course, tmp_path: Path) -> None:
    killed = copied(nine, tmp_path / "killed")
    for cut in CUTS:
        cut_off(killed, tmp_path, *cut)
    left = graded(grader(killed, ASSIGNMENT))
    assert 0 < left < 9
    assert rows(killed) == rows(nine_graded)
    assert files(killed) == files(nine_graded)


def test_a_dask_cluster_gives_the_same_marks_and_files(nine: Course, nine_graded: Course, tmp_path: Path) -> None:
    needs("distributed")
    clustered = copied(nine, tmp_path / "clustered")
    with dask_cluster() as (address, *_):
        # Started as an instructor starts it.
        command = [sys.executable, "-m", "grader", "autograde", ASSIGNMENT, "--dask", address]
        subprocess.run(command, cwd=clustered.folder, env=environment(clustered), check=True, capture_output=True)
    assert rows(clustered) == rows(nine_graded)
    assert files(clustered) == files(nine_graded)


def test_a_forced_run_that_is_killed_is_taken_up_again_without_being_forced(
    nine_graded: Course, tmp_path: Path
) -> None:
    course = copied(nine_graded, tmp_path / "course")
    cut_off(course, tmp_path, "Place", "put", 1, "after", "--force")
    assert graded(grader(course, ASSIGNMENT)) >= 7
    assert "9 kept" in grader(course, ASSIGNMENT)
    assert not list((course.folder / "autograded").glob("*/.*"))


def cut_off(course: Course, folder: Path, owner: str, name: str, times: int, when: str, *options: str) -> None:
    """Kills a run before or after a function was called so many times."""
    (folder / "cut.py").write_text(CUT)
    done = commands.run(
        *(str(folder / "cut.py"), owner, name, str(times), when, ASSIGNMENT, "--jobs=1", *options),
        cwd=course.folder,
        env=environment(course),
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_changed_seed_or_original_grades_everything_anew_and_a_kill_meanwhile_costs_nothing(
    nine_graded: Course, tmp_path: Path
) -> None:
    killed = copied(nine_graded, tmp_path / "killed")
    (killed.folder / "seed.txt").write_text(f"{SEED + 1}\n")
    undisturbed = copied(killed, tmp_path / "undisturbed")
    assert graded(grader(undisturbed, ASSIGNMENT)) == 9
    cut_off(killed, tmp_path, "Place", "put", 1, "after")
    assert graded(grader(killed, ASSIGNMENT)) == 9
    assert (rows(killed), files(killed)) == (rows(undisturbed), files(undisturbed))
    changed = notebooks.source()
    named(changed, "relu-own").source = "assert False"
    Course.write(killed.folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", changed)
    killed.run("generate_assignment", ASSIGNMENT, "--force")
    assert graded(grader(killed, ASSIGNMENT, "--student=s00")) == 1
    assert killed.scores("s00")["relu-own"] == 0.0


def test_two_runs_do_not_write_at_once(nine: Course, tmp_path: Path) -> None:
    course = copied(nine, tmp_path / "course")
    with ledger(course.folder, ASSIGNMENT):
        assert "another grader autograde is grading this course" in grader(course, ASSIGNMENT, status=1)
    assert graded(grader(course, ASSIGNMENT, "--student=s0[01]", "--student=s02")) == 3
    assert sorted(each.name for each in (course.folder / "autograded").iterdir()) == ["s00", "s01", "s02"]


def test_what_is_wrong_with_a_course_is_said_in_a_line(tmp_path: Path) -> None:
    course = Course.make(tmp_path / "course", notebooks.source())
    assert "nbgrader generate_assignment backward" in grader(course, ASSIGNMENT, status=1)
    assert not (course.folder / "gradebook.db").exists()
    course.run("generate_assignment", ASSIGNMENT)
    assert "there is no assignment other; the gradebook has backward" in grader(course, "other", status=1)
    assert "nobody has handed in" in grader(course, ASSIGNMENT, status=1)
    course.submit("ada", notebooks.source())
    assert "none.txt" in grader(course, ASSIGNMENT, "--seed-file=none.txt", status=1)
    config = course.folder / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = 'sqlite:///seed.txt'\n")
    assert "the gradebook can't be used" in grader(course, ASSIGNMENT, status=1)
    config.unlink()
    assert "there is no nbgrader_config.py" in grader(course, ASSIGNMENT, status=1)
    assert not (course.folder / "autograded").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("Autograde.pre_convert_hook = print", "c.Autograde.pre_convert_hook is set"),
        ("BaseConverter.post_convert_hook = print", "c.Autograde.post_convert_hook is set"),
        ("LimitOutput.max_lines = 5", "only nbgrader keeps fewer"),
        ("SaveAutoGrades.enabled = False", "c.SaveAutoGrades.enabled is set"),
        ("Preprocessor.enabled = True", "c.IgnorePattern.enabled is set"),
        ("CourseDirectory.notebook_id = 'a*'", "c.CourseDirectory.notebook_id is set"),
        ("FilesWriter.files = ['x']", "c.FilesWriter.files is set"),
        ("Exporter.preprocessors = ['nbgrader.preprocessors.ClearOutput']", "grades in steps of its own"),
        ("Autograde.autograde_preprocessors.pop(1)", "grades in steps of its own"),
        ("Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'", "grades in steps of its own"),
        ("JudgeSubmission.isolation = 'none'", "expected any of"),
        ("x = oops", "NameError"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, said: str
) -> None:
    course = Course.make(tmp_path / "course", notebooks.source(), f"c.{setting}")
    monkeypatch.chdir(course.folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CourseError, match=re.escape(said)):
        read_settings()


def test_a_submission_that_cannot_be_graded_costs_only_itself(tmp_path: Path) -> None:
    config = "c.Autograde.create_student = False\nc.CourseDirectory.groupshared = True"
    course = Course.released(tmp_path / "course", notebooks.source(), config)
    (course.folder / "source" / ASSIGNMENT / "data").mkdir()
    (course.folder / "source" / ASSIGNMENT / "data" / "numbers.csv").write_text("1,2")
    students = ("right", "link", "time", "other-name", "in-the-way")
    course.enrol(*students)
    for student in students:
        course.submit(student, notebooks.source())
    course.submit("stranger", notebooks.source())
    submitted = course.folder / "submitted"
    (submitted / "time" / ASSIGNMENT / "timestamp.txt").write_text("yesterday, I think")
    (submitted / "link" / ASSIGNMENT / "passwords").symlink_to("/etc/passwd")
    os.mkfifo(submitted / "link" / ASSIGNMENT / "pipe")
    (submitted / "other-name" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").rename(
        submitted / "other-name" / ASSIGNMENT / "mine.ipynb"
    )
    (submitted / "in-the-way" / ASSIGNMENT / "data").write_text("a file")
    course.submit("astray", None)
    (submitted / "astray" / ASSIGNMENT / "relu\n.py").touch()
    for place in (f"lost/{ASSIGNMENT} (final)/a.ipynb", "lost/loose.ipynb", "away/another/another.ipynb", "misc.ipynb"):
        (submitted / place).parent.mkdir(parents=True, exist_ok=True)
        (submitted / place).touch()
    (course.folder / "source" / "another").mkdir()
    for link, place in (("linked", ASSIGNMENT), ("linked-too", "")):
        (submitted / link / place).parent.mkdir(exist_ok=True)
        (submitted / link / place).symlink_to(submitted / "right" / place)
    course.enrol("linked", "linked-too")
    said = grader(course, ASSIGNMENT, status=1)
    assert "in-the-way: data: it isn't copied, for in its place the assignment has a folder\n" in said
    assert "not taken as late: 1\n    time  timestamp.txt holds no date and time\n" in said
    assert "stranger: the gradebook doesn't know this student" in said
    assert "other-name: mine.ipynb is no notebook of this assignment" in said
    assert "passwords is a symbolic link" in said
    assert "astray: there is no notebook, but relu" in said
    assert "linked: its folder is a symbolic link" in said
    assert "linked-too: its folder is a symbolic link" in said
    assert "The 2 points that you give by hand aren't counted here." in said
    assert "lost: there is no notebook for backward, but backward (final), loose.ipynb, which" in said
    assert "misc.ipynb: it is in no student's folder" in said
    assert "away" not in said
    assert graded(said) == 4
    made = course.folder / "autograded"
    assert sorted(path.name for path in (made / "link" / ASSIGNMENT).iterdir()) == [f"{ASSIGNMENT}.ipynb", "data"]
    assert stat.filemode((made / "link" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").stat().st_mode) == "-rw-rw-r--"
    assert stat.filemode((made / "link" / ASSIGNMENT).stat().st_mode) == "drwxrwsr-x"
    (submitted / "time" / ASSIGNMENT / "timestamp.txt").unlink()
    assert graded(grader(course, ASSIGNMENT, status=1)) == 1


def test_what_is_written_has_the_form_of_a_notebook(pair: Pair, first: Graded) -> None:
    for path, (_, content) in first.our_files.items():
        if path.endswith(".ipynb"):
            made = nbformat.reads(content.decode("utf-8"), as_version=4)
            nbformat.validate(made)
            MetadataValidator().validate_nb(made)


def test_a_course_is_graded_with_postgresql(server: str, tmp_path: Path) -> None:  # noqa: F811
    course = Course.make(tmp_path / "course", notebooks.source(), f'c.CourseDirectory.db_url = "{server}"')
    course.run("generate_assignment", ASSIGNMENT)
    handed_in(course)
    long = "x" * 200
    course.submit(long, notebooks.source())
    said = grader(course, ASSIGNMENT, status=1)
    assert f"{long[:100]}" in said
    assert graded(said) == 9
    expected = {"s00": 6.0, "s01": 0.0, "s02": 6.0}
    assert {student: score for student, (score, _) in course.marks().items() if student in expected} == expected
    assert graded(grader(course, ASSIGNMENT, "--force", "--student=s0[01]")) == 2
    assert not (course.folder / "gradebook.db").exists()


def test_an_odd_submission_costs_itself_alone(nine: Course, tmp_path: Path) -> None:
    course = copied(nine, tmp_path / "odd")
    attached = (
        '"cells": [{"cell_type": "markdown", "id": "q", "metadata": {}, "source": "x",'
        ' "attachments": {"\\ud800.png": {"image/png": "aGk="}}},'
    )
    course.submit("s03", nbformat.writes(notebooks.source()).replace('"cells": [', attached, 1), ON_TIME)
    submitted = course.folder / "submitted"
    submitted.joinpath("s04", ASSIGNMENT, *["a"] * 60).mkdir(parents=True)
    course.submit(".dotted", notebooks.source(), ON_TIME)
    (submitted / ".git").mkdir()
    named = os.fsencode(submitted) + b"/s\xff/" + ASSIGNMENT.encode()
    os.makedirs(named)
    shutil.copy(os.fsencode(submitted / "s00" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"), named)
    (submitted / "s05" / ASSIGNMENT / "\x1b[2J.ipynb").touch()
    course.submit("s06", "{", ON_TIME)
    ending = notebooks.source()
    ending.cells.insert(0, new_code_cell("import os\nos._exit(3)", id="ending"))
    course.submit("s07", nbformat.writes(ending), ON_TIME)
    said = grader(course, ASSIGNMENT, status=1)
    assert f"ended its own process: 1\n    s07  {ASSIGNMENT}.ipynb: cell 1\n" in said
    assert "9 graded" in said
    assert re.search(r"\n  s04: (a/)+…: it lies more than 50 deep\n", said)
    assert f"can't be read: 1\n    s06  {ASSIGNMENT}.ipynb: " in said
    assert "its folder's name is no UTF-8" in said
    assert "  .dotted: its name begins with a dot; --student=.dotted grades it\n" in said
    assert ".git" not in said
    assert graded(grader(course, ASSIGNMENT, "--student=.dotted")) == 1
    assert course.scores(".dotted")["relu-check"] == 2.0
    assert "\x1b" not in said
    assert f"s02  {ASSIGNMENT}.ipynb: relu-check: this cell was missing, and was put back" in said


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_this_machine_cannot_open_is_not_taken_for_an_empty_submission(closed: str) -> None:
    root = work_folder()
    folder = root / "submitted" / "ada" / ASSIGNMENT
    Course.write(folder / f"{ASSIGNMENT}.ipynb", notebooks.source())
    (folder if closed == "folder" else folder / f"{ASSIGNMENT}.ipynb").chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(NOBODY)
        with pytest.raises(OddSubmissionError, match="can't be opened"):
            read(StudentFolder("ada", folder, 2), [ASSIGNMENT], (), Room(1000, 1000))
    finally:
        os.seteuid(user)
        folder.chmod(0o755)
        shutil.rmtree(root)


def test_the_same_wrong_answer_is_found_together_whatever_students_are_told(nine: Course, tmp_path: Path) -> None:
    course = copied(nine, tmp_path / "course")
    config = course.folder / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(f"{text}\nc.JudgeSubmission.tell = 'facts'\n")
    wrong = "return dX * (dX > 0), dW, db", "return np.maximum(dX, 0), dW, db"
    for student, instead in (("s00", wrong[0]), ("s03", wrong[1]), ("s06", "return dX, dW, -db")):
        course.submit(student, replaced("affine", "return dX, dW, db", instead), ON_TIME)
    said = grader(course, ASSIGNMENT, "--report", "class.html")
    page = (course.folder / "class.html").read_text("utf-8")
    assert f"seed secret, with the fingerprint {seed_fingerprint(notebooks.SEED)} · isolation full<" in page
    assert '"claim":"Your db comes out as -db' in page
    found = re.search(r"\n +2  affine  dX\[.*\n +(\w{6})  s00, s03\n", said)
    assert found, said
    shown = grader(course, ASSIGNMENT, "--code", found[1])
    assert re.search(r"^2 submissions, affine: dX", shown, re.MULTILINE)
    cell = named(nbformat.read(course.folder / "submitted/s00/backward/backward.ipynb", 4), "affine").source
    assert re.search(r"\nsubmitted/s00/backward/backward.ipynb, cell \d+\n" + re.escape(cell), shown), shown
    assert "Marks" not in shown
    shown = named(course.autograded("s06"), "affine-check").outputs[0].data["text/plain"]
    assert "db[0] = -3, PyTorch says 3" in shown
    assert "comes out as" not in shown
    with ledger(course.folder, ASSIGNMENT) as kept:
        line = kept.line("s06")
    assert line
    assert "Your db comes out as -db" in line.record
    config.write_text(text)
    assert graded(grader(course, ASSIGNMENT, "--student=s06")) == 1
    assert "Your db comes out as -db" in named(course.autograded("s06"), "affine-check").outputs[0].data["text/plain"]


def test_a_ledger_without_findings_still_opens(nine_graded: Course, tmp_path: Path) -> None:
    course = copied(nine_graded, tmp_path / "course")
    with ledger(course.folder, ASSIGNMENT) as kept:
        lines = [line for number in range(9) if (line := kept.line(f"s{number:02}"))]
        records = [json.loads(line.record) for line in lines]
        for record in records:
            del record["findings"]
        kept.finish(replace(line, record=json.dumps(record)) for line, record in zip(lines, records, strict=True))
    assert "9 kept" in grader(course, ASSIGNMENT)
