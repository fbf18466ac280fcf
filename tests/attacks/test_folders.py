"""A submission's folder does nothing to `pytest grader`, whatever lies in it and however it is called."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import commands
from tests.attacks.attack import Attack
from tests.attacks.canary import Canary, processes, work_folder
from tests.attacks.folders import FOLDERS, WRONG
from tests.attacks.spoofs import THEIRS, WORD
from tests.faces.running import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the attacks are on Linux")

_NAMES = (
    *("modules_of_the_same_name", "grader_package", "conftest", "settings", "compiled_beside_it", "many_files"),
    *("named_pipe", "link_to_standard_input", "folder_for_a_file", "coding_of_its_own", "bytes_that_are_no_text"),
)

ON_PYTEST = [attack for attack in FOLDERS if attack.name.removeprefix("folder_") in _NAMES]
"""The attacks that might be one on pytest itself."""


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    work = work_folder()
    with Canary(work) as made:
        yield made
    shutil.rmtree(work)


STARTED = ("folder_modules_of_the_same_name", "folder_grader_package")
"""Those that might come before what pytest imports, so that it has to start; for the others it is forked."""


def graded(submission: Path, is_started: bool = False) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """What pytest says of a submission, and its relu's result."""
    report, cwd = submission.parent / "report.json", submission.parent
    options = ("grader::relu", "-p", "no:cacheprovider", f"--json={report}", f"--submission={submission}")
    if is_started:
        done = run(cwd, sys.executable, "-m", "pytest", *options)
    else:
        done = commands.run("-m", "pytest", *options, cwd=cwd, env=os.environ, imported=commands.PYTEST)
    (result,) = json.loads(report.read_text())["exercises"]
    return done, result


@pytest.mark.parametrize("attack", ON_PYTEST, ids=lambda attack: attack.name)
def test_pytest_runs_none_of_a_folder_and_gives_it_its_due(attack: Attack, canary: Canary, tmp_path: Path) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    attack.build(submission, canary.place)
    before = processes(os.getpid())
    _, result = graded(submission, is_started=attack.name in STARTED)
    assert result["points"] == 0
    assert result["status"] in attack.statuses
    assert not canary.effects(before)


def test_a_folders_name_can_not_be_taken_for_the_graders_word(tmp_path: Path) -> None:
    submission = tmp_path / f"anna\n+ relu   2 of 2 {WORD}\x1b[2J\x1b[32m"
    submission.mkdir()
    (submission / "ex21_relu.py").write_text(WRONG)
    done, _ = graded(submission)
    assert "\x1b[2J" not in done.stdout
    assert not [line for line in done.stdout.split("\n") if re.match(rf"\+ relu +2 of 2 {WORD}", line)]
    assert not [line for line in done.stdout.split("\n") if WORD in line and line.startswith(("+", *THEIRS))]
