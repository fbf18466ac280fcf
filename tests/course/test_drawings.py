"""The graph below a wrong gradient's verdict, in what is graded and in what students get back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

from tests.course import notebooks
from tests.course.browsing import browser
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import named, replaced
from tests.faces.running import grader

SUBMISSIONS = {
    "right": notebooks.source(),
    "wrong": replaced("affine", "return dX, dW, db", "return dX, dW, -db"),
}


@pytest.fixture(scope="module", params=["nbgrader autograde", "grader autograde"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded course with its feedback, by nbgrader's own command and by ours, whose workers have no PyTorch."""
    made = Course.released(tmp_path_factory.mktemp("course"), notebooks.source())
    for student, notebook in SUBMISSIONS.items():
        made.submit(student, notebook)
    if request.param == "nbgrader autograde":
        made.run("autograde", ASSIGNMENT)
    else:
        done = grader(made.folder, "autograde", ASSIGNMENT)
        assert done.returncode == 0, done.stdout + done.stderr
    made.run("generate_feedback", ASSIGNMENT)
    return made


def html(course: Course, student: str, cell: str) -> str:
    found: Any = named(course.autograded(student), cell).outputs[0]["data"]["text/html"]
    return str(found)


def test_a_wrong_gradient_has_its_graph_below_the_verdict_and_nothing_else_has(course: Course) -> None:
    drawn = html(course, "wrong", "affine-check")
    assert drawn.index("db is wrong") < drawn.index("<svg")
    assert len(drawn.encode()) < 30_000
    assert "<svg" not in html(course, "wrong", "relu-check")
    assert "<svg" not in html(course, "right", "affine-check")


@pytest.mark.filterwarnings("ignore")
def test_the_feedback_shows_it_in_a_browser(course: Course, tmp_path: Path) -> None:
    file = course.folder / "feedback" / "wrong" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    with browser(tmp_path / "profile") as page:
        # The page is white, whatever the system prefers.
        page.emulate_media(color_scheme="dark")
        page.goto(file.as_uri(), wait_until="domcontentloaded")
        drawing = page.locator("svg.hg-graph")
        assert drawing.count() == 1
        assert drawing.get_by_text("first wrong", exact=True).is_visible()
        marked = drawing.locator(".hg-first")
        assert marked.locator(".hg-label").text_content() == "b"
        assert "yours" in marked.locator(".hg-mine").text_content()
        assert drawing.locator(".hg-ground").evaluate("each => getComputedStyle(each).fill") == "rgb(255, 255, 255)"
        box, flag = drawing.bounding_box(), marked.locator(".hg-flag").bounding_box()
        assert box["width"] > 300
        assert flag["width"] > 50
        assert page.locator(".hg-graph script").count() == 0
