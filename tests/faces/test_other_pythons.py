"""Under each other Python that is here, with NumPy and PyTorch, the verdicts are those of this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import commands
from tests.conftest import ROOT
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.patience import PATIENCE
from tests.proof import not_proved

PYTHONS = [f"3.{minor}" for minor in range(10, 14) if minor != sys.version_info.minor]

BODIES = {
    "add": "return dout, dout",
    "relu": "return dout * (dout > 0)",
    "sigmoid": "return dout * cache",
    "affine": "X, W = cache\nreturn dout @ W, X.T @ dout, dout.sum(axis=0)",
    "linear_neuron": "return w",
}
"""A right answer, a known mistake, a formula, and errors in some cases and in all; the other exercises aren't begun."""

PLUGIN = "grader.desk.pytest_plugin"

NEEDED = ("numpy", "torch", "pytest", "click", "platformdirs", "networkx", "rich", "jinja2", "latex2mathml")

IMPORTED = f"""
import sys
from importlib import import_module
sys.stdout.write("%d.%d" % sys.version_info[:2])
for name in {NEEDED}:
    import_module(name)
"""


@cache
def python(version: str) -> str | None:
    """A Python of a version with all that a verdict needs, if there is one on the PATH."""
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    # In a virtual environment its packages are found by the name that it is called by.
    done = subprocess.run([found, "-c", IMPORTED], capture_output=True, text=True, check=False, timeout=PATIENCE)
    return found if (done.returncode, done.stdout) == (0, version) else None


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hand_out(tmp_path_factory.mktemp("pythons"))
    for name, body in BODIES.items():
        write(folder, name, backward(name, body))
    return folder


def options(file: Path) -> tuple[str, ...]:
    return ("-m", "pytest", "-p", PLUGIN, "grader", "-p", "no:cacheprovider", f"--json={file}")


def environment(cache: Path) -> dict[str, str]:
    """One in which pytest has our plugin alone, installed or not, and no answers are kept."""
    return {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(cache),
    }


def verdicts(file: Path) -> Any:
    """All that is said."""
    return json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("version", PYTHONS)
def test_the_verdicts_under_another_python_are_the_same(version: str, student: Path, tmp_path: Path) -> None:
    other = python(version)
    if other is None:
        not_proved(f"there is no python{version} with NumPy, PyTorch and what else the grader needs")
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    commands.run(*options(here), cwd=student, env=environment(tmp_path / "a"), imported=commands.PYTEST)
    done = subprocess.run(
        [other, *options(there)],
        cwd=student,
        env=environment(tmp_path / "b"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert verdicts(there) == verdicts(here)
    found = {each["name"]: each["status"] for each in verdicts(here)["exercises"]}
    assert [found[name] for name in BODIES] == ["passed", "failed", "failed", "failed", "error"]
