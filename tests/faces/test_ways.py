"""Every way to start pytest gives the same verdicts: on a right answer, on a wrong one, and on what isn't begun."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.authoring.handout import SETTINGS
from tests import commands
from tests.conftest import ROOT
from tests.faces.running import hand_out, write
from tests.judge.written import backward
from tests.patience import PATIENCE

THREE = {"square": ("-", "0/1", "not started"), "add": ("+", "1/1", ""), "relu": ("x", "0/2", "dx is wrong")}
"""What each way has to say of the three."""

FILES = ("ex11_square.py", "ex12_add.py", "ex21_relu.py")

ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


class Way(NamedTuple):
    """A way to start: arguments, the folder to start in, and how the environment differs; `new` in a new Python."""

    arguments: Sequence[str] = ()
    folder: str = "student"
    environment: Mapping[str, str] = {}
    new: bool = False


NAMES = [f"grader::{name}" for name in THREE]

WAYS = {
    "pytest grader": Way(["grader"]),
    "pytest": Way(),
    "pytest, in a checkout that can't be written": Way(folder="checkout"),
    "pytest .": Way(["."]),
    "a folder": Way(["exercises"]),
    "a folder above, from elsewhere": Way(["{here}"], "."),
    "files": Way([f"exercises/{file}" for file in FILES]),
    "names": Way(NAMES),
    "pytest grader, from inside": Way(["grader"], "student/exercises"),
    "pytest, from inside": Way([], "student/exercises"),
    "an editor's ids": Way([f"{{here}}/exercises/{file}::{file[5:-3]}" for file in FILES]),
    "beside a test of one's own": Way(["grader", "test_mine.py"]),
    "without docstrings and assertions": Way(NAMES, environment={"PYTHONOPTIMIZE": "2"}, new=True),
    "in ASCII on 40 columns": Way(NAMES, environment={**ASCII, "COLUMNS": "40"}, new=True),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's folder with a right answer, a wrong one and stubs; and a checkout with the same."""
    folder = tmp_path_factory.mktemp("ways").resolve()
    student = hand_out(folder / "student")
    write(student, "add", backward("add", "return dout, dout"))
    write(student, "relu", backward("relu", "return dout * (dout > 0)"))
    (student / "pytest.ini").write_text(SETTINGS["pytest.ini"], encoding="utf-8")
    (student / "test_mine.py").write_text("def test_mine():\n    pass\n", encoding="utf-8")
    checkout = folder / "checkout"
    shutil.copytree(student / "exercises", checkout / "exercises")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    (checkout / "tests").mkdir()
    (checkout / "tests" / "conftest.py").write_text("raise SystemExit('tests of the project')\n", encoding="utf-8")
    # No folder for the cache can be made there, by nobody.
    (checkout / ".pytest_cache").touch()
    return folder


def started(way: Way, folder: Path) -> subprocess.CompletedProcess[str]:
    """What pytest does, started in this way."""
    arguments = [each.format(here=folder / "student") for each in way.arguments]
    command, where = ("-m", "pytest", *arguments), folder / way.folder
    environment = {**os.environ, **way.environment}
    if not way.new:
        return commands.run(*command, cwd=where, env=environment, imported=commands.PYTEST)
    return subprocess.run(
        [sys.executable, *command],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_start_gives_the_same_verdicts(way: str, folders: Path) -> None:
    done = started(WAYS[way], folders)
    board = re.findall(r"^([-+x!?]) (\w+) .*?(\d+/\d+) *(.*)$", done.stdout, re.MULTILINE)
    assert {name: (sign, points, said) for sign, name, points, said in board if name in THREE} == THREE, done.stdout
    assert "You masked on the upstream gradient." in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert not re.search(r"Traceback|Error|= FAILURES =|Warning: could", done.stdout + done.stderr)


def test_without_pytests_terminal_the_exit_status_is_the_same_and_nothing_breaks(folders: Path) -> None:
    for name, status in (("add", pytest.ExitCode.OK), ("relu", pytest.ExitCode.TESTS_FAILED)):
        done = started(Way(["-p", "no:terminal", f"grader::{name}"]), folders)
        assert (done.returncode, done.stdout) == (status, ""), done.stdout + done.stderr
