"""`pytest grader`, as it is run and read on a student's machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.judging.checks import check_names
from grader.report.terminal import plain, scoreboard_text, verdict
from grader.sandbox.host.worker import Sandbox
from tests.conftest import ROOT
from tests.faces.running import hand_out, pytest_grader, run, write
from tests.judge.written import backward, judged
from tests.proof import needs

RIGHT = "return dout * (cache > 0)"
WRONG = "print('dout was', dout)\nreturn dout * (dout > 0)"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's folder with something of everything in it."""
    folder = hand_out(tmp_path_factory.mktemp("mixed"))
    write(folder, "square", backward("square", "return 1 / 0"))
    write(folder, "add", backward("add", "return dout, dout"))
    (folder / "exercises" / "ex13_multiply.py").unlink()
    write(folder, "relu", backward("relu", WRONG))
    write(folder, "sigmoid", "def sigmoid_forward(s:\n")
    write(folder, "affine", backward("affine", "X, W = cache\nreturn dout @ W.T, X.T @ dout, dout.mean(axis=0)"))
    return folder


@pytest.fixture(scope="module")
def whole(mixed: Path) -> subprocess.CompletedProcess[str]:
    return pytest_grader(mixed, "--json", "results.json", "--seed", "0")


@pytest.fixture(scope="module")
def results(mixed: Path, whole: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((mixed / "results.json").read_text(encoding="utf-8"))
    return found


def scoreboard(output: str) -> dict[str, str]:
    """The lines of the scoreboard by exercise."""
    lines = output.partition("= handgrad: ")[2].splitlines()
    return {line.split()[1]: line for line in lines if re.match(r"[-+x!?] \w", line)}


def test_untouched_stubs_are_one_quiet_line_each(tmp_path: Path) -> None:
    done = pytest_grader(hand_out(tmp_path))
    board = scoreboard(done.stdout)
    assert done.returncode == 1
    assert list(board) == list(catalog.names())
    assert all(re.fullmatch(r"- \w+ +░+ +0/\d+ +not started", line) for line in board.values())
    assert not re.search(r"Traceback|Error|FAILED|NotImplemented", done.stdout + done.stderr)
    assert "Next: write exercises/ex11_square.py, then pytest grader::square" in done.stdout
    assert f"{sum(len(check_names(each)) for each in catalog.every())} not started in" in done.stdout


def test_each_exercise_has_its_line_and_its_points(whole: subprocess.CompletedProcess[str]) -> None:
    board = {name: line for name, line in scoreboard(whole.stdout).items() if "not started" not in line}
    assert whole.returncode == 1
    assert [" ".join(line.replace("░", "").replace("█", "").split()) for line in board.values()] == [
        "! square 0/1 square_backward raises ZeroDivisionError",
        "+ add 1/1",
        "? multiply 0/1 ex13_multiply.py is missing",
        "x relu 0/2 dx is wrong",
        "! sigmoid 0/2 the file can't be loaded: SyntaxError",
        "x affine 2.1/3 db is wrong",
    ]
    assert re.search(r"  total +\S+ +3.1/\d+", whole.stdout)
    assert "Next: mend exercises/ex11_square.py, then pytest grader::square" in whole.stdout


def test_a_failure_is_told_as_the_design_shows_it(whole: subprocess.CompletedProcess[str]) -> None:
    told = whole.stdout[whole.stdout.index("\nrelu ") :].split("\n\n")[0].strip("\n")
    assert told.splitlines() == [
        "relu   0/2   dx is wrong",
        "    x = np.array([1., -2., 3., -1.]); dout = np.array([4., -1., 5., 9.])",
        "    relu_backward(dout, relu_forward(x)[1])",
        "    dx[3] = 9, PyTorch says 0    (4 of 17 cases agree)",
        "    your code | dout was [ 4. -1.  5.  9.]",
        "  You masked on the upstream gradient. The mask is where the input x is positive; dout",
        "  may have any sign there.",
        "  004 §8 · grader hint relu",
    ]


def test_an_error_is_shown_as_the_students_own_with_its_line(whole: subprocess.CompletedProcess[str]) -> None:
    assert "your code | line 14: return 1 / 0\n    your code | ZeroDivisionError: division by zero" in whole.stdout
    assert "your code | line 1: def sigmoid_forward(s:\n    your code | SyntaxError: '(' was never" in whole.stdout
    assert not re.search(r"Traceback|short test summary|= FAILURES =|grader/\w+\.py", whole.stdout)


def test_what_is_no_terminal_gets_no_colours(whole: subprocess.CompletedProcess[str]) -> None:
    assert "\x1b" not in whole.stdout
    assert whole.stderr == ""


def test_the_json_is_that_of_version_1(results: dict[str, Any]) -> None:
    assert list(results) == ["version", "submission", "seed", "isolation", "points", "max_points", "exercises"]
    assert (results["version"], results["submission"], results["seed"]) == (1, "exercises", 0)
    assert results["isolation"] in ("full", "limits", "process")
    assert results["points"] == pytest.approx(sum(each["points"] for each in results["exercises"]))
    assert results["max_points"] == sum(each.points for each in catalog.every())
    assert [each["name"] for each in results["exercises"]] == list(catalog.names())


def test_the_json_has_every_exercise_with_every_field(results: dict[str, Any]) -> None:
    for found in results["exercises"]:
        exercise = catalog.get(found["name"])
        assert list(found) == ["name", "file", "line", "status", "points", "max_points", "checks", "diagnosis"]
        assert found["file"] == f"exercises/{exercise.module}.py"
        assert found["status"] in ("passed", "failed", "not-started", "error", "timeout", "missing")
        assert found["max_points"] == exercise.points
        assert found["points"] == pytest.approx(sum(check["points"] for check in found["checks"]))
        assert {check["name"]: check["max_points"] for check in found["checks"]} == pytest.approx(
            check_names(exercise), abs=1e-6
        )
        for check in found["checks"]:
            assert list(check) == ["name", "status", "points", "max_points", "message"]
            assert check["status"] in ("passed", "failed", "skipped")
            assert check["message"] or check["status"] == "passed"
            assert 0 <= check["points"] <= check["max_points"]
        if found["diagnosis"] is not None:
            diagnosis = found["diagnosis"]
            assert list(diagnosis) == ["id", "gradient", "claim", "hint", "formula", "kind"]
            assert all(isinstance(value, str) for value in diagnosis.values())
            assert all(diagnosis[field] for field in ("id", "gradient", "claim", "hint"))
            assert (diagnosis["id"] == "formula") == bool(diagnosis["kind"])


def test_the_json_says_what_the_screen_says(results: dict[str, Any]) -> None:
    found = {each["name"]: each for each in results["exercises"]}
    statuses = {
        name: found[name]["status"] for name in ("square", "add", "multiply", "max", "relu", "sigmoid", "affine")
    }
    assert statuses == {
        "square": "error",
        "add": "passed",
        "multiply": "missing",
        "max": "not-started",
        "relu": "failed",
        "sigmoid": "error",
        "affine": "failed",
    }
    assert found["relu"]["diagnosis"]["id"] == "mask-on-dout"
    assert found["affine"]["diagnosis"]["gradient"] == "db"
    assert found["add"]["diagnosis"] is None
    messages = {check["name"]: check["message"] for check in found["relu"]["checks"]}
    assert messages["dx examples"] == "dx[3] = 9, PyTorch says 0. You masked on the upstream gradient."
    assert messages["conventions"] == "judged once a gradient is right"


SILENT = {
    "raises in every case": "raise ValueError('no')",
    "raises in some": "if dout.size > 4:\n    raise ValueError('no')\nreturn dout * (cache > 0)",
    "answers some": "return dout * (cache > 0) if dout.size > 4 else None",
    "can't be loaded": "return dout *",
    "endless loop": "print('so far')\nwhile True: pass",
    "endless loop later": "while dout.size > 4: pass\nreturn dout * (cache > 0)",
    "ends the process": "import os\nos._exit(3)",
}


@pytest.mark.parametrize("kind", SILENT)
def test_a_check_that_fails_says_what_the_verdict_begins_with(kind: str, sandbox: Sandbox) -> None:
    result = judged(sandbox, "relu", backward("relu", SILENT[kind]), seconds=2.0)
    first = plain(verdict(result)).splitlines()[0]
    messages = {check.message for check in result.checks if check.status == "failed"}
    assert messages == {result.findings[0].headline}
    assert first.endswith(result.findings[0].headline)
    assert scoreboard_text(result).startswith(result.findings[0].headline)


def test_right_solutions_exit_with_0(tmp_path: Path) -> None:
    done = pytest_grader(tmp_path, f"--submission={ROOT / 'solutions'}", "-k", "add or tanh", "--json", "results.json")
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert "Everything that was selected is right." in done.stdout
    assert [each["name"] for each in results["exercises"]] == ["add", "add_multiply", "tanh"]
    assert results["points"] == results["max_points"]


def test_x_stops_at_the_first_failure_and_not_at_a_stub(tmp_path: Path) -> None:
    folder = hand_out(tmp_path)
    for name in ("relu", "sigmoid"):
        write(folder, name, backward(name, "return dout"))
    done = pytest_grader(folder, "-x")
    assert done.returncode == 1
    assert "\nrelu   0/2   dx is wrong where x ≤ 0" in done.stdout
    assert "sigmoid" not in done.stdout
    assert re.search(r"1 failed, 1 passed, \d+ not started", done.stdout)


def test_it_is_one_process_also_where_pytest_is_told_to_use_several(mixed: Path) -> None:
    needs("xdist")
    alone, several = (pytest_grader(mixed, "-k", "relu", *options) for options in ((), ("-n", "2", "--dist=loadfile")))
    assert scoreboard(several.stdout) == scoreboard(alone.stdout)
    assert "relu   0/2   dx is wrong" in several.stdout


def test_v_lists_every_check(mixed: Path) -> None:
    done = pytest_grader(mixed, "-v", "-k", "relu and not network or multiply", "--seed", "11")
    assert "seed 11," in done.stdout
    assert re.search(r"grader::relu::dx examples FAILED +\[", done.stdout)
    assert re.search(r"grader::relu::forward PASSED +\[", done.stdout)
    assert re.search(r"grader::relu_jacobian::J random not started", done.stdout)
    assert "grader::relu::conventions SKIPPED (judged once a gradient is right)" in done.stdout
    assert "grader::affine" not in done.stdout


def test_one_exercise_can_be_named(mixed: Path) -> None:
    done = pytest_grader(mixed, "-q", "--deselect", "grader::square", "--deselect", "grader::affine::db random")
    assert next(iter(scoreboard(done.stdout))) == "add"
    done = run(mixed, sys.executable, "-m", "pytest", "grader::add", "-p", "no:cacheprovider")
    assert (done.returncode, list(scoreboard(done.stdout))) == (0, ["add"])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_colours(mixed: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "grader", "-k", "affine or add", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    with subprocess.Popen(command, cwd=mixed, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        output = b"".join(read_to_end(ours)).decode()
    assert process.returncode == 1
    assert "\x1b[31m\x1b[1mdb is wrong\x1b[0m" in output
    assert "\x1b[32m████████████\x1b[0m" in output


def read_to_end(terminal: int) -> Iterator[bytes]:
    with os.fdopen(terminal, "rb", 0) as stream:
        while True:
            try:
                data = stream.read(1 << 16)
            except OSError:  # Linux says EIO where others say end of file
                return
            if not data:
                return
            yield data


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--submission", "nowhere"], "there is no folder nowhere in "),
        (["--json", "no/such/folder.json"], "--json no/such/folder.json: no file can be written there"),
        (["--isolation", "tight"], "invalid choice: 'tight'"),
        (["--seed", "x"], "invalid int value: 'x'"),
    ],
)
def test_a_wrong_option_gets_one_clear_message(options: list[str], words: str, tmp_path: Path) -> None:
    done = pytest_grader(hand_out(tmp_path), *options)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert words in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) <= 5
    assert done.stdout == ""


def test_an_isolation_out_of_reach_gets_one_clear_message(tmp_path: Path) -> None:
    code = (
        "import sys, pytest, grader.sandbox.host.worker as worker\n"
        "worker.can_fork = lambda: False\n"
        "sys.exit(pytest.main(['grader', '--isolation', 'full']))"
    )
    done = run(hand_out(tmp_path), sys.executable, "-c", code)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "isolation full needs Linux" in done.stderr


def test_nothing_selected_is_said_so(mixed: Path) -> None:
    done = pytest_grader(mixed, "-k", "rellu")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "No exercise matches; did you mean relu?" in done.stdout


def test_the_level_of_isolation_is_told(tmp_path: Path) -> None:
    write(hand_out(tmp_path), "relu", backward("relu", RIGHT))
    done = pytest_grader(tmp_path, "--isolation", "process", "-k", "relu", "--json", "results.json")
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert "isolation process" in done.stdout
    assert (results["isolation"], results["points"]) == ("process", 2)
