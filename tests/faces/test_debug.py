"""`grader debug`: the failing case where a debugger works; elsewhere a debugger says where it would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.desk.debugging import outcome, run_here, without_stops
from grader.reference.store import Store
from grader.sandbox.host.worker import Sandbox
from tests.conftest import ROOT, bench
from tests.faces.running import hand_out, pytest_grader, write
from tests.judge.written import backward, judged, says
from tests.patience import PATIENCE

WRONG = 'print("x is", cache)\nbreakpoint()\nreturn dout * (dout > 0)'


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hand_out(tmp_path_factory.mktemp("work"))
    for name in ("relu", "square", "multiply"):
        # Then PyTorch isn't asked.
        Store().keep(bench(name).sheet)
    write(folder, "relu", backward("relu", WRONG))
    return folder


def debug(folder: Path, *options: str, keys: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "debug", *options]
    return subprocess.run(
        command, cwd=folder, env=os.environ, input=keys, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_the_failing_case_stops_at_the_breakpoint_and_its_mistake_is_found_without(student: Path) -> None:
    done = debug(student, "relu", keys="p dout\nc\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Case 0 of relu, in this process and not confined: for code of your own alone.\n")
    assert "(Pdb) array([ 4., -1.,  5.,  9.])" in done.stdout
    assert "x is [ 1. -2.  3. -1.]\n" in done.stdout
    assert "\nout = [1, 0, 3, 0]\ngradients = [4, 0, 5, 9]\n" in done.stdout
    assert "dx[3] = 9, PyTorch says 0" in done.stdout


def test_the_call_can_be_pasted_into_a_prompt(student: Path) -> None:
    said = debug(student, "relu", "--case", "2", keys="q\n").stdout
    call = said.split("\n\n")[1]
    code = f"__builtins__.breakpoint = lambda: None\n{call.replace('relu_backward(', 'print(relu_backward(')})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=student / "exercises", capture_output=True, text=True, check=False
    )
    assert re.fullmatch(r"x is .*\n\[.*\]\n", done.stdout), done.stderr


def test_an_error_is_shown_as_python_shows_it_without_lines_of_ours(student: Path, tmp_path: Path) -> None:
    write(hand_out(tmp_path), "relu", backward("relu", "return dout @ np.ones(99)"))
    said = debug(tmp_path, "relu").stdout
    trace = said.partition("Traceback (most recent call last):\n")[2].partition("\n\n")[0]
    assert re.findall(r'File "(.*)", line', trace) == [str(tmp_path / "exercises" / "ex21_relu.py")]
    assert "mismatch in its core dimension" in trace
    stopped = debug(tmp_path, "relu", "--pdb", keys="p dout\nq\n").stdout
    assert "(Pdb) array([ 4., -1.,  5.,  9.])" in stopped


@pytest.mark.parametrize("name", ["two_updates", "gradient_check", "engine", "train"])
def test_other_kinds_of_exercises_are_debugged_as_well(name: str) -> None:
    here = bench(name)
    for folder, said in (("exercises", "is yours to write"), ("solutions", "")):
        path = ROOT / folder / here.exercise.file
        reply, error = run_here(here, here.cases[0], path, path.read_bytes(), stops=False)
        assert (reply is None) == bool(said)
        assert said in error
        assert reply is None or [*outcome(reply)]


def test_a_case_that_is_not_there_and_a_file_that_is_not_there_are_said(student: Path) -> None:
    cases = len(bench("relu").cases)
    assert debug(student, "relu", "--case", str(cases)).stderr == f"Error: relu has the cases 0 to {cases - 1}\n"
    (student / "exercises" / "ex12_add.py").unlink()
    assert debug(student, "add").stderr == "Error: ex12_add.py is missing.\n"


def test_a_file_without_its_breakpoints_is_as_right_as_it_was() -> None:
    asking = b"import pdb; pdb.set_trace()\nbreakpoint()  # here\nx = 1 and breakpoint()\nimport pdb\n"
    calm = without_stops(asking)
    assert b"pdb" not in calm
    assert b"breakpoint" not in calm
    assert [*map(len, calm.split(b"\n"))] == [*map(len, asking.split(b"\n"))]
    compile(calm, "calm", "exec")
    for other in (b"import pdb as p\n", b"import pdb, sys\n", b"import pdbpp\n"):
        assert without_stops(other) == other


HOW = "`grader debug relu` runs the failing case of your file where one is; in a notebook, your own kernel has one."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("breakpoint()\nreturn dout", "breakpoint() needs a keyboard, and there is none here: grader debug relu"),
        ("import pdb\npdb.set_trace()\nreturn dout", HOW),
        ("import bdb\nraise bdb.BdbQuit", ""),
    ],
)
def test_elsewhere_a_debugger_says_where_it_would_stop(body: str, said: str, sandbox: Sandbox) -> None:
    says(judged(sandbox, "relu", backward("relu", body)), "error", said)


def test_what_answers_print_is_no_part_of_an_ordinary_run(student: Path) -> None:
    assert "printed in case" not in pytest_grader(student, "-k", "relu and not relu_").stdout


@pytest.mark.parametrize("option", ["-s", "-rP"])
def test_what_answers_print_is_shown_by_case_where_that_is_asked_for(option: str, student: Path) -> None:
    write(student, "square", backward("square", 'print("w is", cache)\nreturn 2 * cache * dout'))
    write(student, "multiply", backward("multiply", 'print("none")\nreturn dout @ None'))
    said = pytest_grader(
        student, "-k", "(square or multiply) and not add_ and not squared and not broadcast_", option
    ).stdout
    count = len(bench("square").cases)
    assert re.findall(r"square printed in case (\d+):\n    your code \| w is ", said) == [*map(str, range(count))]
    assert "multiply printed in case 1:\n    your code | none\n" in said
