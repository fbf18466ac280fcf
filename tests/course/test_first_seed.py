"""A course without a seed makes one at its first run, and none where there are marks already."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

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
    done = running.grader(course.folder, "autograde", ASSIGNMENT, "--force", "--jobs=1")
    assert done.returncode == int(fails), done.stderr
    return done.stderr


def course_without_seed(folder: Path) -> tuple[Course, Path]:
    """A course in which ada has handed in what takes no time to judge, and the place of its seed."""
    course = Course.released(folder / "course", notebooks.without("affine", "affine-check", "relu-own"))
    seed = course.folder / "seed.txt"
    seed.unlink()
    course.submit("ada", "no notebook")
    return course, seed


def require_made(seed: Path, said: str) -> None:
    """Raises AssertionError unless a run has made the seed, and said so."""
    assert f"Made the course's secret seed, {seed}" in said
    assert read_seed(seed) >= LEAST_SECRET
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600


def require_line(said: str, words: str) -> None:
    """Raises AssertionError unless that is all that went wrong."""
    assert "Traceback" not in said
    assert said.count(words) == 1
    assert len([line for line in said.splitlines() if "ERROR" in line or "Error" in line]) == 1


def test_our_first_run_makes_the_seed(tmp_path: Path) -> None:
    course, seed = course_without_seed(tmp_path)
    require_made(seed, ours(course))


def test_nbgraders_first_run_makes_the_seed_and_a_run_with_marks_stops_with_a_line(tmp_path: Path) -> None:
    course, seed = course_without_seed(tmp_path)
    require_made(seed, stock(course))
    course.submit("emmy", "no notebook")
    marks = course.scores("ada")
    commands: list[Callable[..., str]] = [stock, ours]
    for autograde in commands:
        seed.unlink(missing_ok=True)
        require_line(autograde(course, fails=True), "there are marks already")
        assert not seed.exists()
    seed.write_text("12345678901\n")
    require_line(stock(course, fails=True), "at least 60 bits")
    assert course.scores("ada") == marks
    assert [path.name for path in (course.folder / "autograded").iterdir()] == ["ada"]
