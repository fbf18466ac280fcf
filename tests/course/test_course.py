"""The whole path with stock nbgrader commands: a class of submissions, and the marks that they must have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

from nbgrader.coursedir import CourseDirectory

from grader.course.reading import LIMIT
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import SEED, answered, named, released, replaced, with_copy, without

FULL = 6.0
"""relu 2, the plain test 1, affine 3."""

DEFINED = "def relu_forward(x): return np.maximum(x, 0), x\n\ndef relu_backward(dout, x):\n    "

NOISE = "\n    ".join(["import sys, warnings", "sys.stderr.write('noise')", "warnings.warn('noise')", "np.log(0.0)"])


def tampered(**marks: Any) -> Any:
    """A submission of stubs whose test cells have other metadata."""
    made = released()
    for grade_id in ("relu-check", "relu-own", "affine-check"):
        named(made, grade_id).metadata.nbgrader.update(marks)
    return made


def of_another_type() -> Any:
    made = notebooks.source()
    cell = named(made, "relu-check")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]
    return made


def renamed() -> Any:
    made = notebooks.source()
    named(made, "relu-check").metadata.nbgrader.grade_id = "mine"
    return made


# Each student's notebook, and the points for relu-check, relu-own and affine-check.
CLASS: dict[str, tuple[Any, tuple[float, float, float]]] = {
    "perfect": (notebooks.source(), (2, 1, 3)),
    # 5 % for leaving the inputs alone, the rest in three equal parts, of which db's is lost.
    "partial": (replaced("affine", "return dX, dW, db", "return dX, dW, -db"), (2, 1, 3 * (0.1 + 0.9 * 2 / 3))),
    "unstarted": (released(), (0, 0, 0)),
    "syntax": (answered(relu="def relu_forward(x:\n    return x"), (0, 0, 3)),
    # It doesn't compute: what waits for it leaves the processor to others.
    "endless": (answered(relu=DEFINED + "import time\n    while True: time.sleep(1)"), (0, 0, 3)),
    "killer": (answered(relu=DEFINED + "import os; os.kill(os.getpid(), 9); os.kill(os.getppid(), 9)"), (0, 0, 3)),
    "segfault": (answered(affine="import ctypes\nctypes.string_at(0)"), (2, 1, 0)),
    "noisy": (answered(relu=DEFINED + NOISE + "\n    return dout * (x > 0)"), (2, 1, 3)),
    "deleted": (without("affine-check", "relu-own"), (2, 1, 3)),
    "all-deleted": (without("relu", "relu-check", "affine", "affine-check", "setup", "relu-own"), (0, 0, 0)),
    "edited": (answered(relu_check="2.0", relu_own="pass", relu="relu_backward = None"), (0, 0, 3)),
    "duplicated": (with_copy("relu-check"), (2, 1, 3)),
    "duplicated-solution": (with_copy("affine"), (2, 1, 3)),
    "exits": (answered(relu="import os\nos._exit(0)\n" + DEFINED + "return dout * (x > 0)"), (0, 0, 3)),
    "no-json": ("{", (0, 0, 0)),
    "empty": ("", (0, 0, 0)),
    "huge": ("#" * (LIMIT + 1), (0, 0, 0)),
    "other-json": ('{"cells": [{"cell_type": "code", "source": 3}], "nbformat": 4}', (0, 0, 0)),
    "solution-flag": (tampered(solution=True), (0, 0, 0)),
    "not-graded": (tampered(grade=False, points=99), (0, 0, 0)),
    "too-new": (tampered(schema_version=99), (0, 0, 0)),
    "retyped": (of_another_type(), (2, 1, 3)),
    "renamed": (renamed(), (2, 1, 3)),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose class is graded."""
    made = Course.released(tmp_path_factory.mktemp("course"), notebooks.source(), "c.JudgeSubmission.seconds = 5.0")
    for student, (notebook, _) in CLASS.items():
        made.submit(student, notebook)
    made.submit("missing", None)
    made.enrol("missing")
    made.submit("odd", notebooks.source(), "yesterday, I think")
    submitted = made.folder / "submitted" / "odd" / ASSIGNMENT
    (made.folder / "secret.txt").write_text("secret")
    (submitted / "notes.txt").symlink_to(made.folder / "secret.txt")
    (submitted / "data").symlink_to(made.folder)
    (submitted / "tables").write_text("in the way")
    tables = made.folder / "source" / ASSIGNMENT / "tables"
    tables.mkdir()
    (tables / "numbers.csv").write_text("1,2")
    with (submitted / "large").open("wb") as large:
        large.truncate(10 << 40)
    said = made.run("autograde", ASSIGNMENT)
    assert "Traceback" not in said
    (made.folder / "said.txt").write_text(said)
    return made


def test_every_mark_is_as_it_must_be(course: Course) -> None:
    marks = {student: score for student, (score, _) in course.marks().items()}
    expected = {student: round(sum(points), 4) for student, (_, points) in CLASS.items()}
    assert marks == pytest.approx({**expected, "missing": 0.0, "odd": FULL})
    assert expected["perfect"] == FULL


def test_what_lies_beside_a_notebook_is_copied_through_no_link_and_costs_no_marks(course: Course) -> None:
    made = course.folder / "autograded" / "odd" / ASSIGNMENT
    assert sorted(path.name for path in made.iterdir()) == [f"{ASSIGNMENT}.ipynb", "tables", "timestamp.txt"]
    said = (course.folder / "said.txt").read_text()
    for each in (
        "left out: data is a symbolic link, which is not followed",
        "left out: notes.txt is a symbolic link, which is not followed",
        "left out: large is too large: 10995116277760 bytes, and 100000000 are the limit",
        "left out: tables: it isn't copied, for in its place the assignment has a folder",
        "timestamp.txt holds no date and time; it isn't taken as late",
    ):
        assert f"submitted/odd/{ASSIGNMENT}: {each}" in said
    # As nbgrader's own later commands read it, which would end at one that holds no time.
    assert CourseDirectory().get_existing_timestamp(str(made)) is None


@pytest.mark.parametrize("student", CLASS)
def test_every_test_cell_has_its_points(course: Course, student: str) -> None:
    expected = dict(zip(("relu-check", "relu-own", "affine-check"), CLASS[student][1], strict=True))
    scores = course.scores(student)
    assert {name: scores[name] for name in expected} == pytest.approx(expected, abs=1e-4)
    assert set(scores) == {*expected, "why"}


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("perfect", "agrees with PyTorch"),
        ("partial", "db is wrong"),
        ("unstarted", "not started"),
        ("syntax", "there is no relu_forward: its cell raises SyntaxError"),
        ("endless", "stopped after 5 seconds"),
        ("exits", "its cell ended its own process, with exit status 0"),
        ("deleted", "this cell was missing, and was put back"),
        ("edited", "this cell was edited; the original is what counts"),
        ("duplicated", "there are 2 cells with this id; the last one counts"),
        ("retyped", "type was changed"),
        ("no-json", "it is no JSON"),
        ("empty", "is empty"),
        ("huge", "is too large"),
        ("other-json", "its cell 1 has no metadata"),
    ],
)
def test_the_notebook_says_why(course: Course, student: str, said: str) -> None:
    assert said in str(course.autograded(student).cells)


@pytest.mark.parametrize("student", CLASS)
def test_the_seed_is_in_no_output(course: Course, student: str) -> None:
    assert str(SEED) not in str(course.autograded(student))


def test_the_feedback_has_the_verdict_and_no_more(course: Course) -> None:
    course.run("generate_feedback", ASSIGNMENT, "--student=partial")
    feedback = course.feedback("partial")
    assert "db is wrong" in feedback
    assert "color:#d4453c" in feedback
    assert str(SEED) not in feedback


def test_the_feedback_shows_one_score_wherever_it_stands(tmp_path: Path) -> None:
    source = notebooks.source()
    notebooks.named(source, "affine-check").metadata.nbgrader.points = 1.37
    course = Course.released(tmp_path / "course", source)
    submitted = notebooks.replaced("affine", "return dX, dW, db", "return dX, dW, -db")
    course.submit("partial", submitted)
    course.run("autograde", ASSIGNMENT)
    course.run("generate_feedback", ASSIGNMENT)
    score, feedback = course.scores("partial")["affine-check"], course.feedback("partial")
    assert score is not None
    assert score != round(score, 2)
    assert f"(Score: {round(score, 2)} / 1.37)" in feedback
    assert f"   {round(score, 2):g}/1.37   " in feedback
    assert f"<pre>{round(score, 2):g}</pre>" in feedback
    assert str(score) not in feedback


def test_a_late_submission_has_its_penalty(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n"
        "class HalfOff(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return score / 2\n"
    )
    config = f'import sys\nsys.path.append({str(tmp_path)!r})\nc.AssignLatePenalties.plugin_class = "late.HalfOff"'
    course = Course.released(tmp_path / "course", notebooks.source(), config)
    course.run("db", "assignment", "add", ASSIGNMENT, "--duedate=2030-01-31 18:00:00 UTC")
    course.submit("early", notebooks.source(), "2030-01-31 17:59:00 UTC")
    course.submit("late", notebooks.source(), "2030-01-31 18:10:00 UTC")
    course.run("autograde", ASSIGNMENT)
    assert course.marks() == {"early": (FULL, 0.0), "late": (FULL / 2, FULL / 2)}


def test_what_was_graded_by_hand_is_kept_when_it_is_graded_again(course: Course) -> None:
    with course.gradebook() as gradebook:
        for name, points in (("why", 1.5), ("relu-check", 0.5)):
            gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, "syntax").manual_score = points
        gradebook.db.commit()
    assert course.marks()["syntax"][0] == 1.5 + 0.5 + 3
    course.submit("syntax", notebooks.source())
    course.run("autograde", ASSIGNMENT, "--student=syntax", "--force")
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("relu-check", ASSIGNMENT, ASSIGNMENT, "syntax")
        assert (grade.manual_score, grade.auto_score, grade.needs_manual_grade) == (0.5, 2.0, True)
    assert course.marks()["syntax"][0] == 1.5 + 0.5 + 1 + 3


def test_one_student_can_be_graded_alone(course: Course) -> None:
    course.forget("perfect")
    course.run("autograde", ASSIGNMENT, "--student=perfect")
    assert course.scores("perfect")["relu-check"] == 2.0
