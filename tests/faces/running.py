"""The faces, run as a student runs them: in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from grader import catalog
from tests import commands
from tests.conftest import ROOT
from tests.patience import PATIENCE


def run(cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command does in a folder, from its start on."""
    # As Python knows it: that of the process itself has the columns in it that readline puts there.
    return subprocess.run(
        command, cwd=cwd, env=os.environ, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def pytest_grader(cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `pytest grader` does in a folder."""
    command = ("-m", "pytest", "grader", "-p", "no:cacheprovider", *options)
    return commands.run(*command, cwd=cwd, env=os.environ, imported=commands.PYTEST)


def grader(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `python -m grader` does in a folder."""
    return commands.run("-m", "grader", *arguments, cwd=cwd, env=os.environ)


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
