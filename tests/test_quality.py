"""The code is typed, and as ruff likes it; what is generated is current."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "grader", "tests"],
        ["mypy", "--no-incremental"],
        ["grader", "sync", "--check"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_nothing_is_left_to_mend(command: list[str], root: Path) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
