"""The notebooks: valid, the same bytes every time, right with the solutions, and telling nothing without them."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.authoring.chapter_notebook import notebook, questions
from grader.authoring.sync import generated_files
from grader.exercise import Exercise
from tests.conftest import ROOT
from tests.course.running import CHAPTERS, COURSE, SEED, copy_course, nbgrader
from tests.proof import needs

Notebook = dict[str, Any]


def read(path: Path) -> Notebook:
    content: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return content


def source(chapter: str) -> Notebook:
    return read(COURSE / "source" / chapter / f"{chapter}.ipynb")


def cells(content: Notebook, **marks: bool) -> list[dict[str, Any]]:
    """The cells whose nbgrader metadata has these values."""
    graded = [(cell, cell["metadata"].get("nbgrader", {})) for cell in content["cells"]]
    return [cell for cell, has in graded if all(has.get(name) == value for name, value in marks.items())]


def exercises(chapter: str) -> list[Exercise]:
    return list(catalog.every(catalog.chapters()[chapter]))


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which every assignment is released, by one stock command."""
    needs("nbgrader")
    folder = copy_course(tmp_path_factory.mktemp("course") / "course")
    nbgrader(folder, "generate_assignment", "--assignment=*")
    return folder


def released(course: Path, chapter: str) -> Notebook:
    return read(course / "release" / chapter / f"{chapter}.ipynb")


def test_every_chapter_has_a_notebook() -> None:
    assert sorted(catalog.chapters()) == CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_is_valid_for_nbformat_and_nbgrader(chapter: str) -> None:
    nbformat = needs("nbformat")
    schema = needs("nbgrader.nbgraderformat")
    text = (COURSE / "source" / chapter / f"{chapter}.ipynb").read_text(encoding="utf-8")
    content = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(content)
    schema.MetadataValidator().validate_nb(content)
    # JupyterLab saves it with the same bytes, so that looking at a notebook changes nothing.
    assert nbformat.writes(content) + "\n" == text


def test_notebooks_are_the_same_bytes_whatever_the_hash_seed_and_the_locale() -> None:
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-m", "grader", "sync", "--check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "ipynb" not in done.stdout, done.stdout


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_exercise_has_a_solution_cell_and_a_locked_test_worth_its_points(chapter: str) -> None:
    tests = cells(source(chapter), grade=True, solution=False)
    assert [(cell["id"], cell["metadata"]["nbgrader"]["points"]) for cell in tests] == [
        (f"{each.name}-check", each.points) for each in exercises(chapter)
    ]
    assert all(cell["metadata"]["nbgrader"]["locked"] for cell in tests)
    answers = [cell["id"] for cell in cells(source(chapter), solution=True, grade=False)]
    assert answers == [each.name for each in exercises(chapter)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_asks_a_question_or_two_that_are_graded_by_hand(chapter: str) -> None:
    by_hand = cells(source(chapter), solution=True, grade=True)
    asked = (COURSE / "questions" / f"{chapter}.md").exists()
    assert asked <= len(by_hand) <= 2 * asked
    for cell in by_hand:
        assert cell["cell_type"] == "markdown"
        assert cell["source"].count("- 1 point: ") == cell["metadata"]["nbgrader"]["points"] > 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_text_has_no_control_characters(chapter: str) -> None:
    r"""A "\b" or "\f" that a formula has lost is invisible in the source, and breaks it on the page."""
    for cell in source(chapter)["cells"]:
        assert not [each for each in cell["source"] if each < " " and each != "\n"], cell["id"]


def total(content: Notebook) -> list[tuple[str, float]]:
    """What each test gives when the code cells are run from top to bottom."""
    space: dict[str, Any] = {}
    earned = []
    for cell in content["cells"]:
        if cell["cell_type"] != "code":
            continue
        if cell["id"].endswith("-check"):
            earned.append((cell["id"], float(eval(cell["source"], space))))
        else:
            exec(cell["source"], space)
    return earned


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_solutions_earn_every_point(chapter: str) -> None:
    assert total(source(chapter)) == [(f"{each.name}-check", each.points) for each in exercises(chapter)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_released_stubs_earn_nothing(course: Path, chapter: str) -> None:
    assert total(released(course, chapter)) == [(f"{each.name}-check", 0) for each in exercises(chapter)]


def test_stock_validate_passes_the_solutions_and_no_test_of_the_stubs(course: Path) -> None:
    assert "Success! Your notebook passes all the tests." in nbgrader(course, "validate", "source/gates/gates.ipynb")
    inverted = nbgrader(course, "validate", "--invert", "release/gates/gates.ipynb")
    assert "Success! The notebook does not pass any tests." in inverted


def test_stock_validate_takes_the_points_of_a_cell_as_they_are_and_shows_the_diagnosis(tmp_path: Path) -> None:
    needs("nbgrader")
    folder = copy_course(tmp_path / "course")
    path = folder / "source" / "gates" / "gates.ipynb"
    made = json.loads(path.read_text("utf-8"))
    worth = {"square-check": 1, "add-check": 5, "multiply-check": 3, "max-check": 0}
    for cell in made["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        marks.update({"points": worth[cell["id"]]} if cell["id"] in worth else {})
        source = cell["source"]
        cell["source"] = [line.replace("da = dout * b", "da = dout * a") for line in source]
        if cell["id"] == "multiply-check":
            cell["source"] = [source[0].replace(")", ", points=3)")]
    path.write_text(json.dumps(made), "utf-8")
    said = nbgrader(folder, "validate", "source/gates/gates.ipynb")
    assert re.findall(r"^ +check\(\"(\w+)\"", said, re.MULTILINE) == ["multiply"]
    assert "multiply   1.65/3   da is wrong" in said
    assert "PyTorch says" in said
    assert "..." not in said


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_release_has_the_statements_the_forwards_and_the_docstrings(course: Path, chapter: str) -> None:
    before, after = source(chapter), released(course, chapter)
    assert [cell["id"] for cell in after["cells"]] == [cell["id"] for cell in before["cells"]]
    for cell, kept in zip(before["cells"], after["cells"], strict=True):
        if not cell["metadata"].get("nbgrader", {}).get("solution"):
            assert kept["source"] == cell["source"]
        elif cell["cell_type"] == "markdown":
            assert kept["source"] == "*Your answer goes here.*"
        else:
            assert _documented(kept["source"]) == _documented(cell["source"])


def _documented(code: str) -> list[tuple[str, str | None]]:
    """Every function, class and method, with its docstring."""
    top = ast.parse(code).body
    nodes = top + [method for each in top if isinstance(each, ast.ClassDef) for method in each.body]
    named = ast.FunctionDef | ast.ClassDef
    return [(node.name, ast.get_docstring(node)) for node in nodes if isinstance(node, named)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_release_has_no_solution_misconception_model_answer_or_seed(course: Path, chapter: str) -> None:
    folder = course / "release" / chapter
    assert [path.name for path in folder.iterdir()] == [f"{chapter}.ipynb"]
    text = (folder / f"{chapter}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    assert str(SEED) not in text
    after = "\n".join(cell["source"] for cell in released(course, chapter)["cells"])
    for exercise in exercises(chapter):
        for misconception in exercise.bank:
            assert misconception.claim not in after
            assert misconception.hint not in after
        for body in _answers(exercise):
            assert body not in after
    asked = COURSE / "questions" / f"{chapter}.md"
    for question in questions(asked.read_text(encoding="utf-8") if asked.exists() else ""):
        assert question.text in after
        for told in (*question.answer.split(". "), *question.marks):
            assert told not in after


def _answers(exercise: Exercise) -> list[str]:
    """The bodies that the students are asked for."""
    code = (ROOT / "solutions" / f"{exercise.module}.py").read_text(encoding="utf-8")
    wanted = [name.split(".")[-1] for name in exercise.to_write]
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef) and node.name in wanted]
    return ["\n".join(code.splitlines()[node.body[1].lineno - 1 : node.end_lineno]) for node in found]


def test_what_only_the_answers_use_is_cut_out_with_them(tmp_path: Path, course: Path) -> None:
    relu, code = catalog.get("relu"), (ROOT / "solutions" / "ex21_relu.py").read_text(encoding="utf-8")
    helped = code.replace("return dout * (x > 0)", "return dout * mask(x)") + "\n\ndef mask(x):\n    return x > 0\n"
    path = course / "source" / "helped" / "helped.ipynb"
    path.parent.mkdir()
    path.write_text(notebook("Chapter 2: Neurons", [relu], {"relu": helped}, []), encoding="utf-8")
    assert total(read(path)) == [("relu-check", relu.points)]
    nbgrader(course, "generate_assignment", "helped")
    after = released(course, "helped")
    assert total(after) == [("relu-check", 0)]
    assert "mask(" not in "\n".join(cell["source"] for cell in after["cells"])


def test_a_question_without_marks_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"the question 'why-add' needs .* '### Marks'"):
        list(questions("## why-add\n\nWhy?\n\n### Answer\n\nBecause.\n"))


def project(folder: Path) -> Path:
    for part in ("exercises", "solutions", "assignments"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_notebook_that_differs_is_stale_whoever_changed_it(tmp_path: Path) -> None:
    path = project(tmp_path) / "assignments" / "source" / "gates" / "gates.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("add gate", "sum gate"), encoding="utf-8")
    assert {each.path: each.state for each in generated_files(tmp_path)}[path] == "stale"


def test_only_the_project_has_notebooks_to_generate(tmp_path: Path) -> None:
    shutil.rmtree(project(tmp_path) / "assignments")
    assert not [each.path for each in generated_files(tmp_path) if each.path.suffix == ".ipynb"]
