"""`grader feedback`: what students read is what the gradebook says, and nothing that is withheld."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

from nbformat.v4 import new_code_cell

from tests import commands
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import answered, marks, place, released, replaced, without
from tests.course.test_autograde import environment, grader

HIDDEN = """\
assert relu_forward(np.array([1.0]))[0] == 1
### BEGIN HIDDEN TESTS
assert relu_forward(np.array([-271.0]))[0] == 0, "the hidden number is 271"
### END HIDDEN TESTS
assert True
"""


def source() -> Any:
    """relu (2 points), a test of the instructor's with a hidden part (1), a question (2)."""
    made = without("affine", "affine-check", "relu-own", made=notebooks.source())
    own = new_code_cell(HIDDEN, id="own", metadata={"nbgrader": marks("own", grade=True, points=1)})
    made.cells.insert(place(made, "relu-check") + 1, own)
    return made


def feedback(course: Course, *arguments: str, status: int = 0) -> str:
    """What `grader feedback` says."""
    done = commands.run("-m", "grader", "feedback", ASSIGNMENT, *arguments, cwd=course.folder, env=environment(course))
    said = done.stdout + done.stderr
    assert (done.returncode, "Traceback" in said) == (status, False), said
    return said


def heading(course: Course, student: str) -> str:
    """The score at the top of a student's page."""
    found = re.search(r"<h4>.*\(Score: (.*)\)</h4>", course.feedback(student))
    assert found
    return found[1]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of two, graded, with feedback: the stubs, and a relu that is the identity."""
    made = Course.released(tmp_path_factory.mktemp("feedback") / "course", source())
    made.submit("ada", released())
    made.submit("emmy", answered(relu="def relu_forward(x):\n    return x, x\ndef relu_backward(dout, x): return dout"))
    grader(made, ASSIGNMENT)
    assert "2 made" in feedback(made)
    return made


def test_no_feedback_is_older_than_the_marks(course: Course) -> None:
    assert heading(course, "ada") == "1 / 5"
    assert "2 kept" in feedback(course)
    course.submit("ada", source())
    grader(course, ASSIGNMENT)
    assert not (course.folder / "feedback" / "ada" / ASSIGNMENT).exists()
    assert (course.folder / "feedback" / "emmy" / ASSIGNMENT).exists()
    assert "1 made, 1 kept" in feedback(course)
    assert heading(course, "ada") == "3 / 5"
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.25, False
        gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "emmy").manual_comment = "Ask me about it."
        gradebook.db.commit()
    assert "2 made" in feedback(course)
    assert heading(course, "ada") == "4.25 / 5"
    assert "Ask me about it." in course.feedback("emmy")


def test_hidden_tests_stand_in_no_feedback_with_either_command(course: Course) -> None:
    shown = course.feedback("emmy")
    course.run("generate_feedback", ASSIGNMENT, "--force", "--student=emmy")
    for page in (shown, course.feedback("emmy")):
        assert "271" not in page
        assert "hidden tests" in page
        assert "raises AssertionError" in page
        assert "in a hidden test" in page
    own = course.autograded("emmy")
    assert "271" in own.cells[place(own, "own")].source


def test_one_score_is_printed_in_one_way(course: Course) -> None:
    page = re.sub(r"<style.*?</style>|<script.*?</script>", "", course.feedback("emmy"), flags=re.DOTALL)
    scores = re.findall(r"Score: ([\d.]+) / ([\d.]+)", page)
    assert scores
    assert not [each for pair in scores for each in pair if each.endswith(".0")]


def test_feedback_on_what_did_not_come_from_the_exchange_is_named_and_not_released(course: Course) -> None:
    exchange = course.folder / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)
    kept = course.folder / "feedback" / "ada" / ASSIGNMENT
    (kept / "submission_secret.txt").write_text("secret")
    (kept / "timestamp.txt").write_text("2030-01-31 17:59:00 UTC")
    said = course.run("release_feedback", ASSIGNMENT, f"--Exchange.root={exchange}")
    assert "Traceback" not in said
    assert f"feedback/emmy/{ASSIGNMENT} isn't released: it has no submission_secret.txt" in said
    assert len(list(exchange.rglob("*.html"))) == 1


def test_validating_shows_what_is_wrong_and_not_only_that_something_is(course: Course) -> None:
    course.write(course.folder / "mine.ipynb", replaced("relu", "x > 0", "dout > 0", source()))
    said = course.run("validate", "mine.ipynb")
    assert "dx is wrong" in said
    assert "You masked on the upstream gradient" in said
    assert "Partial credit" not in said


def test_what_goes_wrong_is_said_in_a_line(course: Course, tmp_path: Path) -> None:
    page = course.folder / "autograded" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    whole = page.read_text()
    page.chmod(0o644)
    page.write_text("{")
    assert re.search(r"Not made; .*\n  ada: [\w.]+Error", feedback(course, status=1)), "a notebook that is none"
    page.write_text(whole)
    feedback(course)
    assert heading(course, "ada").endswith(" / 5")
    assert "nbgrader_config.py" in feedback(course, f"--course={tmp_path}", status=1)
