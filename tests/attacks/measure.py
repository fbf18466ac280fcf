"""Runs attacks at every level, as root and as an unprivileged user, and gathers what they have reached."""

from __future__ import annotations

import json
import os
import pickle
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader.sandbox.host.backend import Level
from grader.sandbox.host.levels import LEVELS
from tests.attacks.attack import every
from tests.attacks.canary import ROOT, SECRET, kill, processes, work_folder
from tests.attacks.runner import Benches, Outcome
from tests.attacks.unprivileged import NOBODY, readable_python
from tests.patience import PATIENCE

RUNNERS = 3
"""How many columns are measured at a time: attacks wait as much as they compute."""

User = Literal["root", "user"]


@dataclass(frozen=True)
class Column:
    """A level, and who the grader is: root or a user without privileges."""

    level: Level
    user: User

    def __str__(self) -> str:
        return f"{self.level}, {self.user}"


COLUMNS = tuple(Column(level, user) for level in LEVELS for user in ("root", "user"))

Outcomes = Mapping[tuple[str, Column], Outcome]


def obstacle(column: Column) -> str:
    """Why a column can't be measured here, or ""."""
    if column.user == "root" and os.getuid() != 0:
        return "needs root"
    return ""


def measure(names: Mapping[Column, Sequence[str]]) -> Outcomes:
    """The outcome of each attack in each column that can be measured here.

    Raises NoReadablePythonError if this is root, and an unprivileged user can't run Python.
    """
    # What takes longest begins first, so that no runner is left alone with it.
    possible = [column for column in reversed(COLUMNS) if column in names and not obstacle(column)]
    with ExitStack() as stack, ThreadPoolExecutor(RUNNERS) as pool:
        stack.enter_context(_nobody_at_work())
        pythons = {user: stack.enter_context(_python(user)) for user in {column.user for column in possible}}
        wanted = {name for column in possible for name in names[column]}
        benches = pickle.dumps(Benches.carried(attack for attack in every() if attack.name in wanted))
        runs = [
            (column, pool.submit(_run, column, pythons[column.user], benches, names[column])) for column in possible
        ]
        return {(outcome.name, column): outcome for column, run in runs for outcome in run.result()}


def _run(column: Column, python: Path, benches: bytes, names: Sequence[str]) -> list[Outcome]:
    return list(_Runs(column, python, benches).all(names))


@contextmanager
def _nobody_at_work() -> Iterator[None]:
    """A process of nobody's, while attacks run as root.

    At "limits" Linux lets a process that becomes nobody, and by that goes beyond the limit of processes, start no other
    program: but only where nobody has a process already. With one that stays, that isn't left to chance.
    """
    if os.getuid() != 0:
        yield
        return
    with subprocess.Popen(["sleep", "infinity"], user=NOBODY) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def _python(user: User) -> Iterator[Path]:
    """The Python that a user runs."""
    if user == "root" or os.getuid() != 0:
        yield Path(sys.executable)
        return
    folder = work_folder()
    try:
        yield readable_python(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Runs:
    """Runners of one column, one after the other: another one where an attack has ended the last."""

    def __init__(self, column: Column, python: Path, benches: bytes) -> None:
        self._column = column
        self._python = python
        self._benches = benches
        self._work = work_folder()
        self._as: dict[str, Any] = {}
        if column.user == "user" and os.getuid() == 0:
            os.chown(self._work, NOBODY, NOBODY)
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def all(self, names: Sequence[str]) -> Iterator[Outcome]:
        """The outcomes of the named attacks."""
        left = list(names)
        try:
            while left:
                for outcome in self._some(left):
                    left.remove(outcome.name)
                    yield outcome
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _some(self, names: Sequence[str]) -> Iterator[Outcome]:
        """The outcomes of attacks up to the one that ends the runner, that one included."""
        for entry in self._work.iterdir():
            shutil.rmtree(entry, ignore_errors=True)
        with self._start(names) as process:
            assert process.stdin is not None
            with process.stdin as inbox:
                inbox.write(self._benches)
            lines = _Lines(process)
            begun = ""
            while message := lines.next():
                if "begin" in message:
                    begun = message["begin"]
                else:
                    begun = ""
                    yield Outcome(**{**message, "effects": tuple(message["effects"])})
            process.kill()
        kill(processes(process.pid))
        if begun:
            yield Outcome(begun, ("stops the grader" if lines.silent else "ends the grader",))
        elif process.returncode not in (0, -9):
            raise RuntimeError(f"the attacks at {self._column} can't be run: status {process.returncode}")

    def _start(self, names: Sequence[str]) -> subprocess.Popen[bytes]:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self._work),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            SECRET: f"secret-{os.urandom(8).hex()}",
        }
        command = [self._python, "-m", "tests.attacks.runner", self._column.level, self._work, *names]
        return subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **self._as,
        )


class _Lines:
    """The messages of a runner, read by a thread, so that one that hangs can be given up."""

    def __init__(self, runner: subprocess.Popen[bytes]) -> None:
        self.silent = False
        self._runner = runner
        self._messages: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._runner.stdout is not None
        for line in self._runner.stdout:
            self._messages.put(json.loads(line))
        self._messages.put(None)

    def next(self) -> Any:
        """The next message, or None at the end, or when none comes for too long: then it is `silent`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not is_stopped(self._runner.pid):
            with suppress(queue.Empty):
                return self._messages.get(timeout=1.0)
        self.silent = True
        return None


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped a process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return False
