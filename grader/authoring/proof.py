"""Exercises from outside, put to the tests that each of the project's own has to pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.authoring.sync import CHECKOUT
from grader.catalog.spec_files import SETTING


def checkout() -> Path | None:
    """The checkout of the project that this package is in, or None: only there are the tests."""
    return CHECKOUT if (CHECKOUT / "tests" / "content").is_dir() else None


def prove(home: Path) -> bool:
    """Runs the tests of the content on the exercises of an outside catalogue, and says whether they pass."""
    environment = os.environ | {SETTING: str(home), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "pytest", "tests/content", "-q", "-p", "no:cacheprovider", "--tb=short"]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode == 0
