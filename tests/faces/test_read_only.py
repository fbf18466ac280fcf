"""In a checkout that an ordinary user can only read, and without a home, everything says what it says elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.kernel.confine import NOBODY
from tests.attacks.canary import work_folder
from tests.attacks.unprivileged import NoReadablePythonError, readable_python
from tests.conftest import ROOT
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.patience import PATIENCE
from tests.proof import cannot_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders that are read-only")


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    folder = work_folder()
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def checkout(work: Path) -> Path:
    folder = hand_out(work / "checkout")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    write(folder, "add", backward("add", "return dout, dout"))
    write(folder, "relu", backward("relu", "return dout * (dout > 0)"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


@pytest.fixture(scope="module")
def user(work: Path) -> tuple[str, dict[str, Any]]:
    """A Python, and how to run it as somebody who isn't root."""
    if os.geteuid() != 0:
        return sys.executable, {}
    try:
        made = readable_python(work)
    except NoReadablePythonError as error:
        cannot_run(str(error))
    return str(made), {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def run(user: tuple[str, dict[str, Any]], folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    python, options = user
    homeless = ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", "PYTHONPATH")
    environment = {name: each for name, each in os.environ.items() if name not in homeless}
    # A copied Python would run with an older one's library, if the system has that.
    environment["LD_LIBRARY_PATH"] = str(Path(python).resolve().parents[1] / "lib")
    return subprocess.run(
        [python, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        **options,
    )


def test_pytest_judges_there_and_leaves_everything_as_it_was(user: tuple[str, dict[str, Any]], checkout: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (checkout, *checkout.rglob("*"))}
    done = run(user, checkout, "pytest", "grader::add", "grader::relu", "grader::square")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    shown = [line.split() for line in done.stdout.splitlines()]
    for begin, end in (
        (["+", "add"], ["1/1"]),
        (["x", "relu"], ["0/2", "dx", "is", "wrong"]),
        (["-", "square"], ["0/1", "not", "started"]),
    ):
        assert any(line[:2] == begin and line[-len(end) :] == end for line in shown), done.stdout
    assert "You masked on the upstream gradient." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "Error" not in done.stdout + done.stderr
    assert {path: path.stat().st_mtime_ns for path in (checkout, *checkout.rglob("*"))} == before


def test_commands_say_there_what_they_can_not_do(user: tuple[str, dict[str, Any]], checkout: Path) -> None:
    listed = run(user, checkout, "grader", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert " relu " in listed.stdout
    reset = run(user, checkout, "grader", "reset", "relu")
    assert (reset.returncode, reset.stderr) == (1, "Error: exercises/ex21_relu.py: permission denied\n")
