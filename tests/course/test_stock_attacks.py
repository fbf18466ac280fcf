"""Submissions that earn full marks from stock nbgrader without an answer, and none from ours; both are run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.proof import needs

needs("nbgrader")

from tests.course import notebooks
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import before_all, named, without

STOCK = """
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.Autograde.sanitize_preprocessors = [
    f"nbgrader.preprocessors.{name}"
    for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")
]
c.Autograde.autograde_preprocessors[0] = "nbgrader.preprocessors.Execute"
"""

PATCHED_CHECK = """
import grader
grader.check = lambda *arguments: 2.0
"""

PATCHED_COMPARISON = """
import grader.desk.check
from grader.judging.judgement import Judgement
from grader.results import ExerciseResult

def passed(bench, file, run, again):
    exercise = bench.exercise
    return Judgement(
        exercise, ExerciseResult(exercise.name, file, "", "passed", exercise.points, exercise.points, ())
    )

grader.desk.check.judgement = passed
"""

INPUT_TRANSFORMER = """
shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: [] if lines and "check(" in lines[0] else lines)
"""

AST_TRANSFORMER = """
import ast

class Empty(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.Module([], []) if "check" in ast.dump(node) else node

get_ipython().ast_transformers.append(Empty())
"""

DISPLAY_HOOK = """
from grader.desk.check import Points
get_ipython().display_formatter.formatters["text/plain"].for_type(Points, lambda value, p, cycle: p.text("2.0"))
"""

GRADEBOOK = """
import os
try:
    import sqlite3
except ImportError as error:
    raise RuntimeError("there is no gradebook to be had") from error
folder = os.getcwd()
while folder != "/" and not os.path.exists(f"{folder}/gradebook.db"):
    folder = os.path.dirname(folder)
with sqlite3.connect(f"{folder}/gradebook.db", timeout=30) as gradebook:
    cells = "SELECT id FROM base_cell WHERE name = 'relu-check'"
    gradebook.execute(f"UPDATE grade SET manual_score = 2 WHERE cell_id IN ({cells})")
"""

TORCH = """
import numpy as np
import torch

def relu_forward(x):
    tensor = torch.tensor(np.array(x), requires_grad=True)
    out = torch.relu(tensor)
    return out.detach().numpy(), (tensor, out)

def relu_backward(dout, cache):
    tensor, out = cache
    return torch.autograd.grad(out, tensor, torch.tensor(np.array(dout)), retain_graph=True)[0].numpy()
"""

ATTACKS: Mapping[str, str] = {
    "patched-check": PATCHED_CHECK,
    "patched-comparison": PATCHED_COMPARISON,
    "input-transformer": INPUT_TRANSFORMER,
    "ast-transformer": AST_TRANSFORMER,
    "display-hook": DISPLAY_HOOK,
    "gradebook": GRADEBOOK,
    "torch": TORCH,
}


def source() -> Any:
    """An assignment of relu alone."""
    return without("affine", "affine-check", "relu-own", made=notebooks.source())


def attack(text: str) -> Any:
    """A submission with a wrong answer and an attack, before everything else or in the solution cell."""
    wrong = "def relu_forward(x):\n    return np.maximum(x, 0), x\n\ndef relu_backward(dout, x):\n    return 0 * dout\n"
    made = source()
    named(made, "relu").source = text if "def relu_forward" in text else wrong
    return made if "def relu_forward" in text else before_all(text, made)


def graded(folder: Any, config: str) -> Mapping[str, float]:
    """The points that nbgrader exports for each attack."""
    course = Course.released(folder, source(), config)
    for name, text in ATTACKS.items():
        course.submit(name, attack(text))
    course.submit("honest", source())
    course.run("autograde", ASSIGNMENT)
    return {name: score for name, (score, _) in course.marks().items()}


def test_what_fools_stock_nbgrader_earns_nothing(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ours, stock = graded(tmp_path / "ours", ""), graded(tmp_path / "stock", STOCK)
    with capsys.disabled():
        print(f"\n{'of 2 points':<20} {'stock':>6} {'ours':>6}")
        for name in (*ATTACKS, "honest"):
            print(f"{name:<20} {stock[name]:>6g} {ours[name]:>6g}")
    assert ours == {**dict.fromkeys(ATTACKS, 0.0), "honest": 2.0}
    assert stock == {**dict.fromkeys(ATTACKS, 2.0), "honest": 2.0}
