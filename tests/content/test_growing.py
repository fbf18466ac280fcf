"""An exercise, and with it a new chapter, is two files: everything else is found, made and proved by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import catalog
from tests.conftest import ROOT

PARTS = ("grader", "solutions", "exercises", "assignments", "tests/content")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the project, with as many of the tests as prove an exercise."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part)
    for path in (ROOT / "pyproject.toml", *(ROOT / "tests").glob("*.py")):
        shutil.copy2(path, tmp_path / path.relative_to(ROOT))
    return tmp_path


def run(checkout: Path, *command: str) -> str:
    """What a command says in a checkout that is used as it is."""
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_files_are_an_exercise_and_begin_a_chapter(checkout: Path) -> None:
    output = run(checkout, "grader", "new", "bend", "--chapter", "smooth_gates")
    assert output.startswith(f"smooth_gates is a new chapter, beside {', '.join(catalog.chapters())}.\n")
    number, tanh = max(catalog.numbers()) + 1, catalog.get("tanh")
    module = f"ex{number}_bend"
    for folder, like in (("grader/catalog/smooth_gates", f"grader/catalog/{tanh.chapter}"), ("solutions", "solutions")):
        text = (ROOT / like / tanh.file).read_text(encoding="utf-8")
        (checkout / folder / f"{module}.py").write_text(text.replace("tanh_", "bend_"), encoding="utf-8")

    notebook = "assignments/source/smooth_gates/smooth_gates.ipynb"
    assert run(checkout, "grader", "sync") == f"exercises/{module}.py: written\n{notebook}: written\n"
    place = len(catalog.chapters()) + 1
    (title, *_), *_ = (cell["source"] for cell in json.loads((checkout / notebook).read_text("utf-8"))["cells"])
    assert title == f"# Chapter {place}: Smooth gates\n"
    assert re.search(rf"^{place} smooth_gates\n  {number} bend ", run(checkout, "grader", "list"), re.MULTILINE)
    proof = run(checkout, "pytest", "tests/content/test_catalog.py", "-q", "-k", "bend", "-p", "no:cacheprovider")
    assert re.search(r"^\d\d passed", proof, re.MULTILINE), proof
