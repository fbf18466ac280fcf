"""A Python that an unprivileged user can run, though the one in use may lie in a home that only its owner may enter."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.attacks.canary import ROOT

NOBODY = 65534

_LEFT_OUT = shutil.ignore_patterns(
    "site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "lib2to3", "config-*", "*.a"
)


class NoReadablePythonError(Exception):
    """The judging process can't be run as another user here; the message says why."""


def readable_python(folder: Path) -> Path:
    """A Python in a virtual environment in `folder`, with this one's packages. Raises NoReadablePythonError."""
    packages = Path(np.__file__).parents[1]
    for path in (ROOT, packages, folder):
        if hidden := _hidden(path):
            raise NoReadablePythonError(
                f"an unprivileged user can't run these tests, for only its owner may enter {hidden}; "
                f"put the checkout where everybody may, or chmod o+x {hidden}"
            )
    base = Path(sys.base_prefix)
    python = Path(sys._base_executable)  # type: ignore[attr-defined]
    if _hidden(base):
        python = _copied(base, python, folder / "base")
    try:
        subprocess.run([python, "-m", "venv", "--without-pip", folder / "venv"], check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoReadablePythonError(
            f"an unprivileged user can't run these tests, for a copy of {base} doesn't run: {error}"
        ) from None
    venv = folder / "venv"
    for site in venv.glob("lib/python*/site-packages"):
        (site / "handgrad.pth").write_text(f"{packages}\n{ROOT}\n")
    return venv / "bin" / "python"


def _hidden(path: Path) -> Path | None:
    """The first folder on the way to `path` that others may not enter, or None."""
    for each in reversed((path.resolve(), *path.resolve().parents)):
        if not stat.S_IMODE(os.stat(each).st_mode) & stat.S_IXOTH:
            return each
    return None


def _copied(base: Path, python: Path, copy: Path) -> Path:
    """A copy of a Python with its standard library and nothing that is installed beside it."""
    library = Path(os.__file__).parent
    shutil.copytree(library, copy / library.relative_to(base), ignore=_LEFT_OUT)
    for shared in (base / "lib").glob("libpython*.so*"):
        shutil.copy(shared, copy / "lib", follow_symlinks=False)
    (copy / "bin").mkdir()
    return Path(shutil.copy(python.resolve(), copy / "bin" / python.resolve().name))
