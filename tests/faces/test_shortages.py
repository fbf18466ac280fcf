"""Where the machine has too little of something for the grader itself, it says of what, in a line, and ends."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faces.running import pytest_grader, write
from tests.judge.written import backward
from tests.patience import PATIENCE
from tests.proof import cannot_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits of Linux")

GRADE = ("-m", "grader", "grade", ".", "--json", "m.jsonl", "-k", "relu", "--seed", "3", "--jobs", "1")
CLASS = ("-m", "grader", "grade", "class", "--json", "m.jsonl", "-k", "relu", "--seed", "3", "--jobs", "4")
PYTEST = ("-m", "pytest", "grader::relu", "-p", "no:cacheprovider")

USERS = itertools.count(61_616)
"""Nobody else's numbers, each for one command: the limit of processes counts all that a user has."""


def limited(folder: Path, limit: str, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command does within a limit, as a user whom it binds, but who may read this Python."""
    if not (shutil.which("prlimit") and (os.getuid() or shutil.which("setpriv"))):
        cannot_run("there is no prlimit, or no setpriv")
    words = ["prlimit", limit, sys.executable, *command]
    if os.getuid() == 0:
        user = next(USERS)
        os.chown(folder, user, user)
        able = "+dac_override,+dac_read_search"
        ids = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        words = ["setpriv", *ids, f"--inh-caps={able}", f"--ambient-caps={able}", *words]
    # A thread counts as a process does: there shall be as many as anybody has.
    usual = {name: each for name, each in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment = {**usual, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def require_line(done: subprocess.CompletedProcess[str], said: str) -> None:
    """Raises AssertionError unless a command ended with this, and with no advice that doesn't help."""
    assert sum(said in line for line in done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert "OpenBLAS" not in done.stderr
    assert done.returncode not in (0, 2, pytest.ExitCode.USAGE_ERROR)
    assert "lower level" not in done.stderr
    assert "--help" not in done.stderr


@pytest.mark.parametrize(
    ("limit", "command", "said"),
    [
        ("--nproc=3", GRADE, "too few processes"),
        ("--nproc=1", PYTEST, "too few processes"),
        ("--nproc=2", PYTEST, "too few processes"),
        ("--nofile=10", PYTEST, "too few file descriptors"),
        ("--nofile=8", PYTEST, "too few file descriptors"),
        ("--as=60000000", PYTEST, "too little memory or address space"),
        ("--nproc=12", CLASS, "too few processes"),
        ("--as=400000000", GRADE, "too little memory or address space"),
        ("--fsize=1000", GRADE, "m.jsonl.resume: it can't be written: disk I/O error; no file may have more than 1000"),
    ],
)
def test_a_shortage_is_said_in_a_line_and_is_no_fault_of_usage(
    limit: str, command: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    for number in range(4):
        folder = tmp_path / "class" / f"{number}"
        folder.mkdir(parents=True)
        write(folder, "relu", backward("relu", f"return dout * (cache > 0)  # {number}"))
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    require_line(limited(tmp_path, limit, *command), said)


def test_a_shortage_that_the_sandbox_meets_first_is_said_where_pytest_says_why_it_ends(tmp_path: Path) -> None:
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    done = limited(tmp_path, "--nproc=3", *PYTEST)
    assert sum("too few processes" in line for line in (done.stdout + done.stderr).splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode not in (0, 1, 2, pytest.ExitCode.USAGE_ERROR)


def test_the_grader_needs_no_more_processes_than_its_own_and_those_of_the_sandbox(tmp_path: Path) -> None:
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    done = limited(tmp_path, "--nproc=4", *PYTEST)
    assert done.returncode == 0, done.stdout + done.stderr


def test_results_for_which_there_is_no_space_are_no_fault_of_usage(tmp_path: Path) -> None:
    write(tmp_path, "relu", backward("relu", "return dout * (cache > 0)"))
    require_line(pytest_grader(tmp_path, "--json=/dev/full"), "no space left on the disk")


def test_what_cant_be_printed_is_said_in_a_line(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "grader", "list"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("no space left on the disk") == 1
    assert "Traceback" not in done.stderr


def test_what_cant_even_be_imported_for_want_of_memory_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text('raise ImportError("libblas.so: failed to map segment from shared object")')
    done = subprocess.run(
        [sys.executable, "-m", "grader", "list"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Error: too little memory or address space (ulimit -v)\n"


@pytest.mark.parametrize(("said", "told"), [("disk I/O error", True), ("no such table: grade", False)])
def test_where_sqlite_calls_it_a_failed_disk_the_limit_of_files_is_told(said: str, told: bool) -> None:
    telling = f"""
import resource, sqlite3
from grader.sandbox.kernel.shortage import words_of_sqlite
print(words_of_sqlite(sqlite3.OperationalError({said!r} + chr(10) + "[SQL: ...]")))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
print(words_of_sqlite(sqlite3.OperationalError({said!r} + chr(10) + "[SQL: ...]")))
"""
    done = subprocess.run([sys.executable, "-c", telling], capture_output=True, text=True, check=True)
    limit = "; no file may have more than 5000 bytes (ulimit -f)" if told else ""
    assert done.stdout == f"{said}\n{said}{limit}\n"
