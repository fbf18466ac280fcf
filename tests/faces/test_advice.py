"""The advice at the end of a run, copied into a shell."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.faces.running import hand_out, pytest_grader, run


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("solutions", "--submission=solutions"),
        ("my work", "'--submission=my work'"),
        ("it's $(touch made)", """'--submission=it'"'"'s $(touch made)'"""),
        ("-x", "--submission=-x"),
    ],
)
def test_the_command_that_is_advised_can_be_copied_whatever_the_folders_name(
    tmp_path: Path, name: str, written: str
) -> None:
    (hand_out(tmp_path) / "exercises").rename(tmp_path / name)
    done = pytest_grader(tmp_path, f"--submission={name}", "-k", "square")
    advised = re.search(r"then (pytest grader -k square .*?)\s*$", done.stdout, re.MULTILINE)
    assert advised, done.stdout
    assert advised[1] == f"pytest grader -k square {written}"
    again = run(tmp_path, "sh", "-c", f"PATH={Path(sys.executable).parent}:{os.defpath} {advised[1]}")
    assert advised[1] in again.stdout
    assert not (tmp_path / "made").exists()
