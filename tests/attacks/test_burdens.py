"""No submission makes the grader's own process slow or large, or costs another one its marks."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proof import needs

needs("nbgrader")

from tests import submissions
from tests.attacks.burdens import FILE, FILES, RELU, Burden
from tests.attacks.notebook_burdens import NOTEBOOKS, notebook, source
from tests.attacks.table import TABLE, own_process
from tests.attacks.weighing import Weight, weigh
from tests.course.courses import ASSIGNMENT, Course

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked for a process's peak")

BEFORE, AFTER = "a-before", "z-after"
"""The honest submissions, in the order in which a class is judged."""


@dataclass(frozen=True)
class Graded:
    """A run over honest submissions alone, one over burdens between them, and what each submission earned there.

    `written` are the megabytes that were written for each, or for the class.
    """

    alone: Weight
    loaded: Weight
    points: dict[str, float]
    written: dict[str, float]


@pytest.fixture(scope="module")
def graded_files(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """What `grader grade` makes of `FILES`."""
    folder = tmp_path_factory.mktemp("files")
    hand_in(folder, Burden("time", BEFORE, "", honest))
    alone = grade(folder)
    for each in (*FILES, Burden("time", AFTER, "", honest)):
        hand_in(folder, each)
    loaded = grade(folder, patience(FILES, alone))
    records = map(json.loads, (folder / "marks.jsonl").read_text("utf-8").splitlines())
    points = {Path(each["submission"]).name: each["points"] for each in records}
    results = [path for path in folder.iterdir() if path.name != "class"]
    return Graded(alone, loaded, points, {"class": sum(map(megabytes, results))})


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose students have handed in nothing."""
    return Course.released(tmp_path_factory.mktemp("course"), source(), "c.JudgeSubmission.seconds = 1.0")


@pytest.fixture(scope="module")
def graded_notebooks(course: Course) -> Graded:
    """What `grader autograde` makes of `NOTEBOOKS`."""
    for name in (BEFORE, AFTER):
        submit(course, Burden("time", name, "", notebook()))
    alone = autograde(course)
    for each in NOTEBOOKS:
        submit(course, each)
    # All of them once more.
    loaded = autograde(course, "--force", patience=patience(NOTEBOOKS, alone))
    with course.gradebook() as gradebook:
        points = {each.student.id: each.score for each in gradebook.find_assignment(ASSIGNMENT).submissions}
    written = {each.name: megabytes(each) for each in (course.folder / "autograded").iterdir()}
    return Graded(alone, loaded, points, written)


def megabytes(path: Path) -> float:
    """How large a file is, or all that is in a folder."""
    return sum(each.stat().st_size for each in (path, *path.rglob("*")) if each.is_file()) / 1e6


def honest(folder: Path) -> None:
    (folder / FILE).write_bytes(submissions.solution(RELU))


def hand_in(folder: Path, burden: Burden) -> None:
    own = folder / "class" / burden.name
    own.mkdir(parents=True)
    burden.build(own)


def submit(course: Course, burden: Burden) -> None:
    folder = course.folder / "submitted" / burden.name / ASSIGNMENT
    folder.mkdir(parents=True)
    burden.build(folder)


def autograde(course: Course, *options: str, patience: float = 100.0) -> Weight:
    return weigh(course.folder, "-m", "grader", "autograde", ASSIGNMENT, "--jobs=1", *options, patience=patience)


def grade(folder: Path, patience: float = 100.0) -> Weight:
    options = ("-k", RELU.name, "--json", "marks.jsonl", "--seed", "3", "--jobs", "1")
    return weigh(folder, "-m", "grader", "grade", "class", *options, patience=patience)


def patience(burdens: tuple[Burden, ...], alone: Weight) -> float:
    """How long a run over all of them may take."""
    return alone.seconds + sum(each.seconds for each in burdens)


def held(graded: Graded, burdens: tuple[Burden, ...]) -> None:
    """Holds that a run with burdens took no more time and memory than these may cost."""
    most = max(each.megabytes for each in burdens)
    assert graded.loaded.seconds < patience(burdens, graded.alone)
    assert graded.loaded.own < graded.alone.own + most
    assert graded.loaded.workers < graded.alone.workers + most


def test_files_take_bounded_time_and_memory(graded_files: Graded) -> None:
    assert graded_files.loaded.status == 0, graded_files.loaded.said
    held(graded_files, FILES)


def test_honest_files_before_and_after_them_get_their_marks(graded_files: Graded) -> None:
    assert graded_files.points[BEFORE] == graded_files.points[AFTER] == RELU.points


@pytest.mark.parametrize("burden", FILES, ids=lambda each: each.name)
def test_each_file_has_its_record(graded_files: Graded, burden: Burden) -> None:
    assert graded_files.points[burden.name] == burden.earns


def test_what_is_written_for_files_is_bounded(graded_files: Graded) -> None:
    assert graded_files.written["class"] < max(each.disk for each in FILES)


def test_notebooks_take_bounded_time_and_memory(graded_notebooks: Graded) -> None:
    assert graded_notebooks.loaded.status == 0, graded_notebooks.loaded.said
    held(graded_notebooks, NOTEBOOKS)


def test_honest_notebooks_before_and_after_them_get_their_marks(graded_notebooks: Graded) -> None:
    assert graded_notebooks.points[BEFORE] == graded_notebooks.points[AFTER] == RELU.points


@pytest.mark.parametrize("burden", NOTEBOOKS, ids=lambda each: each.name)
def test_each_notebook_has_its_marks(graded_notebooks: Graded, burden: Burden) -> None:
    assert graded_notebooks.points[burden.name] == burden.earns
    assert graded_notebooks.written[burden.name] < burden.disk


def test_the_table_in_the_readme_has_every_one_of_them() -> None:
    assert own_process() in TABLE.read_text("utf-8")
