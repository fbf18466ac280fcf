"""What can't be proved is a failure where CI is set; elsewhere the end of the run says it, and why."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from tests import commands
from tests.conftest import ROOT

TESTS = """
import pytest
from tests.proof import cannot_run, needs, not_proved

def test_runs(): pass
def test_a_browser(): cannot_run("no browser")
def test_another(): cannot_run("no browser")
def test_a_module(): needs("no_such_module")
def test_root(): not_proved("needs root")
def test_elsewhere(): pytest.skip("another system")
"""


def summary(folder: Path, ci: str) -> list[str]:
    (folder / "test_it.py").write_text(TESTS)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    options = ("-p", "tests.proof", "-p", "no:cacheprovider", "-q", "--rootdir", str(folder), "test_it.py")
    done = commands.run("-m", "pytest", *options, cwd=folder, env=environment, imported=commands.PYTEST)
    assert done.returncode == (1 if ci else 0), done.stdout
    return done.stdout.splitlines()


def test_what_was_not_proved_is_said_at_the_end_and_why(tmp_path: Path) -> None:
    lines = summary(tmp_path, "")
    begin = next(number for number, line in enumerate(lines) if "not proved" in line)
    assert lines[begin + 1 : -1] == [
        "test_it.py, 1 skipped: needs root",
        "test_it.py, 2 skipped: no browser",
        "test_it.py, 1 skipped: no_such_module is not installed: pip install -e '.[dev,course]'",
    ]
    assert "1 passed, 5 skipped" in lines[-1]


def test_where_ci_is_set_it_is_a_failure(tmp_path: Path) -> None:
    lines = summary(tmp_path, "true")
    assert "3 failed, 1 passed, 2 skipped" in lines[-1]
    assert sum("has to be where CI is set: no browser" in line for line in lines) >= 2


def skips(path: Path) -> list[ast.Call]:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    names = ("pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.xfail")
    return [call for call in calls if ast.unparse(call.func) in (*names, "pytest.importorskip")]


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda path: path.stem)
def test_a_test_is_skipped_plainly_only_where_it_does_not_apply(path: Path) -> None:
    for call in skips(path):
        name = ast.unparse(call.func)
        if name == "pytest.mark.skipif":
            asked = {ast.unparse(each) for each in ast.walk(call.args[0]) if isinstance(each, ast.Attribute)}
            assert asked <= {"sys.platform", "os.getuid"}, f"line {call.lineno}: use tests/proof.py"
        else:
            # Of an exercise that has nothing of what the test asks for.
            assert (name, path.parent.name) == ("pytest.skip", "content"), f"line {call.lineno}: use tests/proof.py"
