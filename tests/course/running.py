"""nbgrader, run as an instructor runs it: in processes of its own, inside a copy of the course."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests import commands
from tests.conftest import ROOT

COURSE = ROOT / "assignments"
CHAPTERS = sorted(path.name for path in (COURSE / "source").iterdir())
SEED = 8675309123456789123


def copy_course(folder: Path) -> Path:
    """A copy of the course with a seed of its own; returns its folder."""
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "seed.txt").write_text(f"{SEED}\n", encoding="utf-8")
    (folder / "seed.txt").chmod(0o600)
    return folder


def nbgrader(course: Path, *arguments: str, status: int = 0) -> str:
    """What an nbgrader command says in the course's folder."""
    environment = os.environ | {"PATH": commands.activated(), "JUPYTER_NO_CONFIG": "1", "PYTHONWARNINGS": "ignore"}
    done = commands.run("-m", "nbgrader", *arguments, cwd=course, env=environment, quiet=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr
