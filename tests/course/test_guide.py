"""The instructor's guide, from an empty machine to exported marks: every command of it, in order, in one shell."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from pathlib import Path

from grader import catalog
from tests import commands
from tests.conftest import ROOT
from tests.proof import needs

needs("nbgrader")

INSTALL = re.compile(r"^(python3 -m venv|source|pip install) .*\n", re.MULTILINE)
"""Lines that make an environment; where they aren't run, the one that runs the tests serves, its programs forked."""


def script() -> str:
    """The guide's bash blocks as one script; JupyterLab, which waits for a person, only says its version."""
    guide = (ROOT / "assignments" / "README.md").read_text("utf-8")
    lines = "".join(block for _, block in re.findall(r"^(````?)bash\n(.*?)^\1$", guide, re.S | re.M)).replace(
        "jupyter lab\n", "jupyter lab --version\n"
    )
    # .ci/run has just made an environment by the same lines.
    return INSTALL.sub("", lines) if os.environ.get("CI", ".ci/run") in ("", ".ci/run") else lines


def test_every_command_works_and_the_marks_are_exported(tmp_path: Path) -> None:
    checkout = tmp_path / "handgrad"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    environment = os.environ | {"PATH": commands.activated(), "JUPYTER_NO_CONFIG": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        ["bash", "-eu"],
        input=script(),
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    course = tmp_path / "handgrad-course"
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        marks = {(row["student_id"], row["assignment"]): float(row["raw_score"]) for row in csv.DictReader(file)}
    gates = sum(exercise.points for exercise in catalog.every() if exercise.chapter == "gates")
    # relu and double have other points there; the model answers aren't graded yet.
    week1 = 3 + 1 + 2 + sum(catalog.get(name).points for name in ("affine", "two_layer"))
    assert marks["ada", "gates"] == gates
    assert marks["ada", "week1"] == week1
    assert marks["emmy", "gates"] == 0
    assert (course / "feedback/ada/gates/gates.html").exists()
    assert "1001" in (course / "canvas.csv").read_text("utf-8")
    assert (course / "filled.csv").read_text("utf-8").splitlines()[2] == f'"Lovelace, Ada",1001,,ada,Monday,{gates:g}'
    assert "ada" in (course / "moodle.csv").read_text("utf-8")
