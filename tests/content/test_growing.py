"""An exercise, and with it a new chapter, is two files: everything else is found, made and proved by itself."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from grader import catalog
from tests.conftest import ROOT
from tests.faces.running import run

PARTS = ("grader", "solutions", "exercises", "assignments", "tests/content")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the project, with as many of the tests as it takes here."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part)
    for path in (ROOT / "pyproject.toml", *(ROOT / "tests").glob("*.py")):
        shutil.copy2(path, tmp_path / path.relative_to(ROOT))
    return tmp_path


def grader(folder: Path, *arguments: str) -> str:
    """What the checkout's own command says, from a start of its own."""
    return run(folder, sys.executable, "-m", "grader", *arguments).stdout


def test_two_files_are_an_exercise_and_begin_a_chapter(checkout: Path) -> None:
    begun = grader(checkout, "new", "bend", "--chapter", "smooth_gates")
    assert begun.startswith(f"smooth_gates is a new chapter, beside {', '.join(catalog.chapters())}.\n")
    number, tanh = max(catalog.numbers()) + 1, catalog.get("tanh")
    module = f"ex{number}_bend"
    for folder, like in (("grader/catalog/smooth_gates", f"grader/catalog/{tanh.chapter}"), ("solutions", "solutions")):
        text = (ROOT / like / tanh.file).read_text(encoding="utf-8")
        (checkout / folder / f"{module}.py").write_text(text.replace("tanh_", "bend_"), encoding="utf-8")

    notebook = "assignments/source/smooth_gates/smooth_gates.ipynb"
    index = "grader/formula/indexes/bend.index"
    german = "grader/text/languages/de/LC_MESSAGES/handgrad.po"
    written = f"exercises/{module}.py: written\n{notebook}: written\n{index}: written\n{german}: written\n"
    assert grader(checkout, "sync") == written
    place = len(catalog.chapters()) + 1
    (title, *_), *_ = (cell["source"] for cell in json.loads((checkout / notebook).read_text("utf-8"))["cells"])
    assert title == f"# Chapter {place}: Smooth gates\n"
    assert re.search(rf"^{place} smooth_gates\n  {number} bend ", grader(checkout, "list"), re.MULTILINE)
    proof = run(checkout, sys.executable, "-m", "pytest", "tests/content/test_catalog.py", "-q", "-k", "bend")
    assert re.search(r"^\d\d passed", proof.stdout, re.MULTILINE), proof.stdout
