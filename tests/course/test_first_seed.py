"""A course without a seed makes one at its first run, and none where there are marks already."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof import needs

needs("nbgrader")

from grader.course.secret import read_seed
from grader.results import LEAST_SECRET
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course
from tests.faces import running


def stock(course: Course, fails: bool = False) -> str:
    return course.run("autograde", ASSIGNMENT, "--force", fails=fails)


def ours(course: Course, fails: bool = False) -> str:
    done = running.grader(course.folder, "autograde", ASSIGNMENT, "--force")
    assert done.returncode == int(fails), done.stderr
    return done.stderr


@pytest.mark.parametrize("autograde", [stock, ours])
def test_the_first_run_makes_the_seed_and_a_run_with_marks_stops_with_a_line(
    autograde: Callable[..., str], tmp_path: Path
) -> None:
    course = Course.released(tmp_path / "course", notebooks.source())
    seed = course.folder / "seed.txt"
    seed.unlink()
    for student in ("ada", "emmy"):
        course.submit(student, notebooks.without("affine", "affine-check", "relu-own"))
    assert f"Made the course's secret seed, {seed}" in autograde(course)
    assert read_seed(seed) >= LEAST_SECRET
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    marks = course.scores("ada")
    seed.unlink()
    said = autograde(course, fails=True)
    assert "Traceback" not in said
    assert said.count("there are marks already") == 1
    assert len([line for line in said.splitlines() if "ERROR" in line or "Error" in line]) == 1
    assert not seed.exists()
    assert course.scores("ada") == marks
    assert sorted(path.name for path in (course.folder / "autograded").iterdir()) == ["ada", "emmy"]
    seed.write_text("12345678901\n")
    said = autograde(course, fails=True)
    assert "Traceback" not in said
    assert said.count("at least 60 bits") == 1
