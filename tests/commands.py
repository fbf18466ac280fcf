"""Commands in processes of their own that needn't start: each is forked from one which has imported what it imports.

To start Python with nbgrader and PyTorch takes longer than most of what the tests ask of a command. Where the start is
what a test is about, it takes `subprocess`.
"""

from __future__ import annotations

import atexit
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
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeAlias

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent

_COURSE = ("nbgrader.apps.nbgraderapp", "grader.classes.notebooks.autograding")

GRADER = (
    *("torch", "grader.cli.autograde", "grader.cli.grade", "grader.classes.files.class_run"),
    *(_COURSE if importlib.util.find_spec("nbgrader") else ()),
)
"""What the grader's commands import, and nbgrader's."""

PYTEST = ("torch", "pytest")
"""What `pytest grader` imports, but for what pytest wants to see before it is imported: its plug-ins."""

MAX_REQUEST = 1 << 17

Completed: TypeAlias = "subprocess.CompletedProcess[str]"


def run(
    *command: str, cwd: Path, env: Mapping[str, str], imported: tuple[str, ...] = GRADER, quiet: bool = False
) -> Completed:
    """What `python *command` does in a folder; the command begins with a script's path, or with "-m" and a module.

    `imported` modules are there already. Where it is `quiet`, warnings are ignored. Raises TimeoutError, and ValueError
    where the folder has such a module of its own, which a new Python would import.
    """
    if hidden := {name.partition(".")[0] for name in imported} & {path.stem for path in cwd.iterdir()}:
        raise ValueError(f"{cwd} has a module {', '.join(hidden)}: start a new Python there")
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        request = {"command": command, "cwd": str(cwd), "env": dict(env), "quiet": quiet}
        status = _Server.of(imported).run(request, out.fileno(), err.fileno())
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return subprocess.CompletedProcess(command, status, *texts)


class _Server:
    """The process that forks, and the tests' end of the socket to it."""

    def __init__(self, imported: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            arguments = [sys.executable, "-m", "tests.commands", str(number), *imported]
            self._process = subprocess.Popen(arguments, cwd=ROOT, pass_fds=[number])
        atexit.register(self._close)

    @staticmethod
    @cache
    def of(imported: tuple[str, ...]) -> _Server:
        """The one that has imported these modules."""
        return _Server(imported)

    def run(self, request: Mapping[str, Any], out: int, err: int) -> int:
        """The exit status of a command that writes to two descriptors, or minus the signal that killed it."""
        reading, writing = os.pipe()
        try:
            socket.send_fds(self._socket, [json.dumps(request).encode()], [out, err, writing])
        finally:
            os.close(writing)
        with open(reading, "rb") as pipe:
            if not select.select([pipe], [], [], PATIENCE)[0]:
                raise TimeoutError(f"{request['command']} hangs")
            return int(pipe.read())

    def _close(self) -> None:
        self._socket.close()
        self._process.wait()


def serve(connection: socket.socket, imported: Sequence[str]) -> None:
    """Runs commands, side by side where they are, until the other end of the socket is closed."""
    # An interrupt ends the tests, and they end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in imported:
            importlib.import_module(name)
    gc.freeze()
    while True:
        message, fds, _, _ = socket.recv_fds(connection, MAX_REQUEST, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            connection.close()
            watch(json.loads(message), *fds)
            return
        for fd in fds:
            os.close(fd)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def watch(request: Mapping[str, Any], out: int, err: int, status: int) -> None:
    """Runs a command in a process of its own, and writes to `status` how that ended."""
    if child := os.fork():
        os.close(out)
        os.close(err)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(status, str(ended).encode())
        os._exit(0)
    os.close(status)
    become(request, out, err)


def become(request: Mapping[str, Any], out: int, err: int) -> None:
    """Makes this process what a new Python would be, and runs the command; it ends as that would end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for theirs, ours in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(theirs, ours)
        os.close(theirs)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    # In place of the folder that this module was started in.
    sys.path[0] = request["cwd"]
    if request["quiet"]:
        warnings.simplefilter("ignore")
    first, *arguments = request["command"]
    is_module = first == "-m"
    sys.argv = arguments if is_module else [first, *arguments]
    if is_module:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
