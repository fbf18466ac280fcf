"""The faces, run as a student runs them: in processes of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from grader import catalog
from tests.conftest import ROOT


def run(cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command does in a folder."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def pytest_grader(cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `pytest grader` does in a folder."""
    return run(cwd, sys.executable, "-m", "pytest", "grader", "-p", "no:cacheprovider", *options)


def grader(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `python -m grader` does in a folder."""
    return run(cwd, sys.executable, "-m", "grader", *arguments)


def hand_out(folder: Path) -> Path:
    """A student's folder: `exercises/` as it is handed out. Returns the folder."""
    shutil.copytree(ROOT / "exercises", folder / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def write(folder: Path, name: str, source: str) -> Path:
    """Writes an exercise's file into `folder`/exercises, and returns where."""
    path = folder / "exercises" / f"{catalog.get(name).module}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path
