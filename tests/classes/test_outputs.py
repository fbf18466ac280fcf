"""Where results are written, nothing is lost that is needed: neither the seed nor a course's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.classes.classes import command, environment, write
from tests.faces.running import grader
from tests.proof import needs

SEED = "12345678901234567890\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a class, and a seed in a file that has four names."""
    write(tmp_path / "class", 1)
    (tmp_path / "seed.txt").write_text(SEED)
    (tmp_path / "linked.txt").symlink_to("seed.txt")
    os.link(tmp_path / "seed.txt", tmp_path / "hard.txt")
    os.link(tmp_path / "seed.txt", tmp_path / "m.part")
    return tmp_path


@pytest.mark.parametrize("option", ["--json", "--csv", "--report"])
@pytest.mark.parametrize("output", ["seed.txt", "class/../seed.txt", "linked.txt", "hard.txt", "m"])
def test_no_result_takes_the_place_of_the_seed(
    option: str, output: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    others = [] if option == "--json" else ["--json", "marks.jsonl"]
    done = grader(folder, "grade", "class", option, output, *others, "--seed-file", "seed.txt", "-k", "relu")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("can't be written: it is the seed file")
    assert (folder / "seed.txt").read_text() == SEED
    assert (folder / "m.part").read_text() == SEED
    assert not list(folder.glob("*.resume"))


@pytest.mark.parametrize("outputs", [("--csv", "hard.txt"), ("--report", "linked.txt"), ("--csv", "seed.txt.part")])
def test_two_results_never_go_to_one_file_by_two_names(outputs: tuple[str, str], folder: Path) -> None:
    done = grader(folder, *command("class", "--json", "seed.txt", *outputs, "-k", "relu")[3:])
    assert done.returncode == 2
    assert "two outputs can't go to one file" in done.stderr
    assert (folder / "seed.txt").read_text() == SEED


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("seed.txt", "it is the seed file"),
        ("nbgrader_config.py", "it is the course's configuration"),
        ("gradebook.db", "it is the gradebook"),
        ("autograde.resume", "it is the record of what is graded"),
        ("none/class.html", "none/class.html can't be written: No such file or directory"),
    ],
)
def test_a_courses_page_takes_the_place_of_nothing_that_the_course_needs(
    report: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("nbgrader")
    from tests.course import notebooks
    from tests.course.courses import Course

    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    course = Course.make(tmp_path, notebooks.source())
    for name in ("gradebook.db", "autograde.resume"):
        (tmp_path / name).write_text("what is known so far")
    before = {path.name: path.read_bytes() for path in course.folder.iterdir() if path.is_file()}
    done = grader(course.folder, "autograde", "backward", "--report", report)
    assert done.returncode == 2
    assert said in done.stderr
    assert {path.name: path.read_bytes() for path in course.folder.iterdir() if path.is_file()} == before
