"""A `pytest grader` run keeps away from the submission's own code, and an ordinary pytest run from the grader."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from grader import catalog
from tests import submissions
from tests.conftest import ROOT
from tests.faces.running import hand_out, run

HOSTILE = (
    "conftest.py",
    "numpy.py",
    "torch.py",
    "sitecustomize.py",
    "usercustomize.py",
    "json.py",
    "grader/__init__.py",
)


def pytest_grader(cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `pytest grader` does in a folder, from its start on: nothing is imported before it is there."""
    return run(cwd, sys.executable, "-m", "pytest", "grader", "-p", "no:cacheprovider", *options)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """The parent of a submission `test_anna` that tries to run in the grader's process."""
    folder = tmp_path / "test_anna"
    for name in HOSTILE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(tmp_path / 'proof')!r}, 'a').write(__file__)\n")
    (folder / "ex21_relu.py").write_bytes(submissions.solution(catalog.get("relu")))
    return tmp_path


@pytest.mark.parametrize(
    "options", [["--submission", "test_anna"], ["--submission=test_anna"]], ids=["two words", "one"]
)
def test_nothing_of_a_submission_is_imported(options: list[str], hostile: Path) -> None:
    done = pytest_grader(hostile, *options, "-k", "relu and not network and not jacobian")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (hostile / "proof").exists()


def test_nothing_of_a_submission_is_imported_from_within_it_either(hostile: Path) -> None:
    script = str(Path(sys.executable).with_name("pytest"))
    done = run(hostile / "test_anna", script, "grader::relu", "--submission=.", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (hostile / "proof").exists()


def test_the_settings_of_a_submission_do_not_rule_the_run(hostile: Path) -> None:
    (hostile / "test_anna" / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --isolation process\n")
    # pytest itself reads these settings, before it loads any plugin; a folder grader/ would come before ours then.
    shutil.rmtree(hostile / "test_anna" / "grader")
    done = pytest_grader(hostile, "--submission", "test_anna")
    assert done.returncode == 4
    assert "belongs to the submission, and would rule this run" in done.stderr
    done = pytest_grader(hostile, "--submission=test_anna", "-k", "relu")
    assert "isolation process" not in done.stdout
    assert "+ relu " in done.stdout
    assert not (hostile / "proof").exists()


def test_an_ordinary_run_is_not_disturbed(tmp_path: Path) -> None:
    (tmp_path / "test_ordinary.py").write_text(
        "import sys\n\n"
        "def test_nothing_is_loaded(tmp_path):\n"
        "    loaded = {'torch', 'numpy', 'grader.judging', 'grader.desk.pytest_run'}\n"
        "    assert not loaded & set(sys.modules)\n\n"
        "def test_wrong():\n"
        "    assert 1 == 2\n"
    )
    done = run(tmp_path, sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "assert 1 == 2" in done.stdout
    assert "handgrad: " not in done.stdout


def test_ordinary_tests_run_beside_the_exercises(tmp_path: Path) -> None:
    (tmp_path / "test_ordinary.py").write_text("def test_fixture(tmp_path):\n    assert tmp_path.is_dir()\n")
    done = pytest_grader(hand_out(tmp_path), "test_ordinary.py", "-k", "fixture or square")
    assert re.search(r"1 passed, .*not started", done.stdout), done.stdout


def test_a_warning_is_an_error_in_our_own_tests() -> None:
    with pytest.raises(UserWarning, match="as an error"):
        warnings.warn("as an error", stacklevel=1)


def test_the_package_itself_is_no_test_file_in_an_ordinary_run(tmp_path: Path) -> None:
    # The package itself, and a folder of exercises, would be ours.
    rooms = (each for each in (ROOT / "grader").iterdir() if each.is_dir() and each.name != "catalog")
    command = ["-m", "pytest", "-p", "no:cacheprovider", "--collect-only", *map(str, rooms)]
    done = run(ROOT, sys.executable, *command)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout
    assert "no tests collected" in done.stdout
