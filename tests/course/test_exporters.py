"""Marks for Canvas and Moodle, from a real gradebook."""

from __future__ import annotations

import csv
import datetime
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

from nbgrader.api import Gradebook
from traitlets.config import Config

from grader.course.exporters import CanvasExporter, GradebookExporter, MoodleExporter
from tests import commands
from tests.course.running import nbgrader

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

IDENTITY = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


@pytest.fixture(scope="module", autouse=True)
def _activated() -> Iterator[None]:
    """nbgrader makes a gradebook by alembic, which it calls by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", commands.activated())
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a gradebook: two assignments, four students, and one of each kind of mark."""
    folder = tmp_path_factory.mktemp("course")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "handgrad") as gradebook:
        fill(gradebook)
    return folder


def fill(gradebook: Any) -> None:
    for name, points, due in (("neurons", 4, 1), ("gates", 3, 2)):
        gradebook.add_assignment(name, duedate=datetime.datetime(2030, 1, due))
        gradebook.add_notebook(name, name)
        gradebook.add_grade_cell("relu-check", name, name, max_score=points, cell_type="code")
        gradebook.add_grade_cell("why", name, name, max_score=2, cell_type="markdown")
    gradebook.add_student("ada", first_name="Ada", last_name="Lovelace", email="ada@example.org", lms_user_id="1001")
    gradebook.add_student("emmy", first_name='Emmy "E."', last_name="Noether, Dr.", email="emmy@example.org")
    gradebook.add_student("kurt", last_name="Gödel")
    gradebook.add_student("nobody")
    hand_in(gradebook, "gates", "ada", 3, 1.5)
    hand_in(gradebook, "neurons", "ada", 1 / 3, 2)
    hand_in(gradebook, "gates", "emmy", 0.1 + 0.2, 0, penalty=0.1)
    hand_in(gradebook, "neurons", "emmy", 1, 0, penalty=5)
    hand_in(gradebook, "gates", "kurt", 2, None)
    # In a notebook of another name, of which nothing is known.
    gradebook.add_submission("gates", "nobody")


def hand_in(gradebook: Any, name: str, student: str, auto: float, manual: float | None, penalty: float = 0) -> None:
    gradebook.add_submission(name, student)
    code, text = (gradebook.find_grade(cell, name, name, student) for cell in ("relu-check", "why"))
    code.auto_score, code.needs_manual_grade = auto, False
    text.manual_score, text.needs_manual_grade = manual, manual is None
    gradebook.find_submission_notebook(name, name, student).late_submission_penalty = penalty
    gradebook.db.commit()


def exported(course: Path, exporter: type[GradebookExporter], **options: Any) -> list[list[str]]:
    """The lines of the file that an exporter writes."""
    path = course / "marks.csv"
    settings = Config({exporter.__name__: options | {"to": str(path)}})
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "handgrad") as gradebook:
        exporter(config=settings).export(gradebook)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def by_student(lines: list[list[str]], place: int) -> dict[str, list[str]]:
    return {line[place]: line for line in lines[1:]}


def test_canvas_gets_its_own_columns_and_the_points_possible(course: Path) -> None:
    lines = exported(course, CanvasExporter)
    assert lines[:2] == [[*IDENTITY, "neurons", "gates"], ["    Points Possible", "", "", "", "", "6", "5"]]
    assert sorted(lines[2:]) == [
        ["Gödel", "", "", "kurt", "", "", "2"],
        ["Lovelace, Ada", "1001", "", "ada", "", "2.3333", "4.5"],
        ['Noether, Dr., Emmy "E."', "", "", "emmy", "", "0", "0.2"],
        ["nobody", "", "", "nobody", "", "", ""],
    ]


def test_canvas_finds_assignments_and_students_as_the_course_says(course: Path) -> None:
    lines = exported(course, CanvasExporter, columns={"gates": "Gates (1234)"}, login="email", section="Monday")
    assert lines[0] == [*IDENTITY, "neurons", "Gates (1234)"]
    assert by_student(lines, 3)["ada@example.org"][:5] == ["Lovelace, Ada", "1001", "", "ada@example.org", "Monday"]


def test_moodle_gets_one_identity_and_a_dash_for_no_grade(course: Path) -> None:
    lines = exported(course, MoodleExporter, columns={"gates": "Assignment:Gates (Real)"})
    assert lines[0] == ["First name", "Last name", "Username", "neurons", "Assignment:Gates (Real)"]
    assert by_student(lines, 2) == {
        "ada": ["Ada", "Lovelace", "ada", "2.3333", "4.5"],
        "emmy": ['Emmy "E."', "Noether, Dr.", "emmy", "0", "0.2"],
        "kurt": ["", "Gödel", "kurt", "-", "2"],
        "nobody": ["", "", "nobody", "-", "-"],
    }


@pytest.mark.parametrize(
    ("identity", "header", "known"),
    [
        ("email", "Email address", ["ada@example.org", "emmy@example.org"]),
        ("idnumber", "ID number", ["1001"]),
    ],
)
def test_moodle_never_gets_a_row_without_an_identity(
    course: Path, identity: str, header: str, known: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        lines = exported(course, MoodleExporter, identity=identity)
    assert lines[0][2] == header
    assert sorted(by_student(lines, 2)) == known
    assert "kurt is left out" in caplog.text


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
def test_marks_that_a_teacher_still_owes_are_named(
    course: Path, exporter: type[GradebookExporter], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        exported(course, exporter)
    assert "gates still has answers to grade by hand: kurt" in caplog.text
    assert "neurons" not in caplog.text


def test_one_student_and_one_assignment_can_be_chosen(course: Path) -> None:
    lines = exported(course, CanvasExporter, student=["ada"], assignment=["gates"])
    assert [line[0] for line in lines] == ["Student", "    Points Possible", "Lovelace, Ada"]
    assert [line[5:] for line in lines] == [["gates"], ["5"], ["4.5"]]


@pytest.mark.parametrize(
    ("exporter", "file", "first"),
    [("CanvasExporter", "canvas.csv", "Student,ID,"), ("MoodleExporter", "moodle.csv", "First name,")],
)
def test_nbgrader_export_takes_them_by_name(course: Path, exporter: str, file: str, first: str) -> None:
    nbgrader(course, "export", f"--exporter=grader.course.exporters.{exporter}")
    assert (course / file).read_text(encoding="utf-8").startswith(first)


FORMULAS = [f"{sign}cmd|' /C calc'!A0" for sign in ("=", "+", "-", "@", "\t", "\r", "\n", "＝")]


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
@pytest.mark.parametrize("login", ["+49-151", "@ada", "-eve.x"])
def test_a_name_is_no_formula_in_a_spreadsheet_and_an_id_stays_as_it_is(
    tmp_path: Path, exporter: type[GradebookExporter], login: str
) -> None:
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "handgrad") as gradebook:
        gradebook.add_student(login, last_name="Lovelace")
        for number, formula in enumerate(FORMULAS):
            gradebook.add_student(f"s{number}", first_name=formula, last_name=formula, lms_user_id="1001")
    lines = exported(tmp_path, exporter)
    cells = [each for line in lines for each in line]
    assert login in cells
    assert [each for each in cells if each != login and each.startswith(("=", "+", "@", "\t", "\r", "\n", "＝"))] == []
    assert [each for each in cells if each.startswith("-") and each not in ("-", login)] == []
    assert sum(each.startswith("'") for each in cells) >= len(FORMULAS)
    for number in range(len(FORMULAS)):
        assert f"s{number}" in cells


def test_an_id_that_is_a_formula_is_left_out_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    formula = FORMULAS[0]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "handgrad") as gradebook:
        gradebook.add_student("ada", last_name="Lovelace", lms_user_id=formula)
        gradebook.add_student(formula, lms_user_id="1001")
    with caplog.at_level(logging.WARNING):
        canvas, moodle = exported(tmp_path, CanvasExporter), exported(tmp_path, MoodleExporter)
    assert sorted(line[:4] for line in canvas[2:]) == [
        ["'" + formula, "1001", "", ""],
        ["Lovelace", "", "", "ada"],
    ]
    assert [line[2] for line in moodle[1:]] == ["ada"]
    assert "would be a formula" in caplog.text
