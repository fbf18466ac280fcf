"""Commands in processes of their own that needn't start: each is forked from one which has imported what it imports.

To start Python with nbgrader and PyTorch takes longer than most of what the tests ask of a command. Where the start is
what a test is about, it takes `subprocess`.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib.util
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, TypeAlias

from tests.forked import NUMBER, ask, asked
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent

_COURSE = (
    "grader.course",
    "nbgrader.apps.nbgraderapp",
    "grader.classes.notebooks.autograding",
    "alembic.config",
    "alembic.script",
)

_EXPLORE = ("grader.desk.explore.server",)

GRADER = (
    *("torch", "grader.cli.autograde", "grader.cli.grade", "grader.classes.files.class_run", "grader.desk.watch.run"),
    *(_EXPLORE if importlib.util.find_spec("uvicorn") else ()),
    *(_COURSE if importlib.util.find_spec("nbgrader") else ()),
)
"""What the grader's commands import, and nbgrader's."""

PYTEST = ("torch", "pytest")
"""What `pytest grader` imports, but for what pytest wants to see before it is imported: its plug-ins."""

PROGRAMS = ("alembic", "grader", "nbgrader")
"""The programs of this environment that may be forked, too: nbgrader starts alembic by its name."""

BIN = Path(sys.executable).parent

FORKED = ROOT / "tests" / "forked.py"

MAX_REQUEST = 1 << 17

SHARED = "HANDGRAD_TESTS_SHARED_SERVERS"
"""The variable with the servers of a process that has started this one."""

Completed: TypeAlias = "subprocess.CompletedProcess[str]"


class Running:
    """A command that runs, as `subprocess.Popen` has one."""

    def __init__(self, command: Sequence[str], news: int) -> None:
        self.returncode: int | None = None
        self._command = command
        self._news = open(news, "rb", buffering=0)  # noqa: SIM115
        self.pid = self._next(PATIENCE)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.wait()

    def poll(self) -> int | None:
        """The exit status, or minus the signal that killed it; None while it runs."""
        if self.returncode is None:
            with suppress(TimeoutError):
                self.wait(0)
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit status, once there is one. Raises TimeoutError."""
        if self.returncode is None:
            self.returncode = self._next(timeout)
            self._news.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kills it, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def _next(self, seconds: float) -> int:
        if not select.select([self._news], [], [], seconds)[0]:
            raise TimeoutError(f"{self._command} hangs")
        number: int
        (number,) = NUMBER.unpack(self._news.read(NUMBER.size))
        return number


def run(
    *command: str, cwd: Path, env: Mapping[str, str], imported: tuple[str, ...] = GRADER, quiet: bool = False
) -> Completed:
    """What `python *command` does in a folder. Raises TimeoutError, and what `start` raises."""
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        files = (out.fileno(), err.fileno())
        with start(*command, cwd=cwd, env=env, out=files[0], err=files[1], imported=imported, quiet=quiet) as running:
            status = running.wait()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return subprocess.CompletedProcess(command, status, *texts)


def start(
    *command: str,
    cwd: Path,
    env: Mapping[str, str],
    out: int | None = None,
    err: int | None = None,
    terminal: int | None = None,
    session: bool = False,
    imported: tuple[str, ...] = GRADER,
    quiet: bool = False,
) -> Running:
    """Starts `python *command` in a folder; the command begins with a script's path, or with "-m" and a module.

    It writes to two descriptors, where they are given, or to that of a `terminal`, from which it reads too: then, or if
    told to, it begins a `session` of its own. `imported` modules are there already. Where it is `quiet`, warnings are
    ignored. Raises ValueError where the folder has such a module of its own, which a new Python would import.
    """
    own = {path.stem for path in cwd.iterdir() if path.suffix in ("", ".py")}
    if hidden := {name.partition(".")[0] for name in imported} & own:
        raise ValueError(f"{cwd} has a module {', '.join(hidden)}: start a new Python there")
    request = asked(command, str(cwd), env, quiet, session, terminal is not None)
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        given = (None, out, err) if terminal is None else (terminal, terminal, terminal)
        files = [nothing if each is None else each for each in given]
        return Running(command, ask(_Server.of(imported).address, request, files))
    finally:
        os.close(nothing)


def activated() -> str:
    """The PATH of an environment that is activated, but that its programs that take long to start are forked."""
    return os.pathsep.join([_Server.of(GRADER).programs, str(BIN), os.environ["PATH"]])


def share(*kinds: tuple[str, ...]) -> None:
    """Has the processes that this one starts use its servers: one for each tuple of modules that are imported there."""
    os.environ[SHARED] = json.dumps([[imported, _Server.of(imported).folder] for imported in kinds])


@dataclass(frozen=True)
class _Server:
    """The process that forks: a folder with its socket, and with the programs that ask it there."""

    folder: str

    @property
    def address(self) -> str:
        return f"{self.folder}/socket"

    @property
    def programs(self) -> str:
        return f"{self.folder}/bin"

    @staticmethod
    @cache
    def of(imported: tuple[str, ...]) -> _Server:
        """The one that imports these modules: one that is shared, or this process's own."""
        shared = {tuple(names): folder for names, folder in json.loads(os.environ.get(SHARED, "[]"))}
        return _Server(shared[imported]) if imported in shared else _begun(imported)


def _begun(imported: Sequence[str]) -> _Server:
    """A new server, which ends with this process."""
    folder = TemporaryDirectory()
    server = _Server(folder.name)
    os.mkdir(server.programs)
    for name in PROGRAMS:
        program = Path(server.programs, name)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E {FORKED} {server.address} {BIN / name} "$@"\n')
        program.chmod(0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(server.address)
        listening.listen()
        arguments = [sys.executable, "-m", "tests.commands", str(listening.fileno()), *imported]
        process = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[listening.fileno()])
    atexit.register(folder.cleanup)
    atexit.register(process.communicate)
    return server


def serve(listening: socket.socket, imported: Sequence[str]) -> None:
    """Runs commands, side by side where they are, until the standard input is closed."""
    # An interrupt ends the tests, and they end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # It may be that nobody asks.
    select.select([listening, sys.stdin], [], [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in imported:
            importlib.import_module(name)
    gc.freeze()
    while True:
        if sys.stdin in select.select([listening, sys.stdin], [], [])[0]:
            os._exit(0)
        connection, _ = listening.accept()
        with connection:
            message, fds, _, _ = socket.recv_fds(connection, MAX_REQUEST, 4)
        if os.fork() == 0:
            listening.close()
            watch(json.loads(message), *fds)
            return
        for fd in fds:
            os.close(fd)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def watch(request: Mapping[str, Any], *fds: int) -> None:
    """Runs a command in a process of its own, and writes to the last descriptor which, and how that ended."""
    *files, news = fds
    if child := os.fork():
        for fd in files:
            os.close(fd)
        os.write(news, NUMBER.pack(child))
        os.write(news, NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
        os._exit(0)
    os.close(news)
    become(request, files)


def become(request: Mapping[str, Any], files: Sequence[int]) -> None:
    """Makes this process what a new Python would be, and runs the command; it ends as that would end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    if request["session"]:
        os.setsid()
    if request["terminal"]:
        # Without a terminal that controls it, Ctrl-C would be a key like any other.
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # What they write to may be of another kind than what was there before the fork.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    if request["quiet"]:
        warnings.simplefilter("ignore")
    first, *arguments = request["command"]
    is_module = first == "-m"
    # In place of the folder that this module was started in.
    sys.path[0] = request["cwd"] if is_module else str(Path(first).parent)
    sys.argv = arguments if is_module else [first, *arguments]
    status = 0
    try:
        if is_module:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(first, run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        status = end.code or 0
    # What Python does in the end, except that it takes everything apart: which would first copy what was imported.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
