"""Starts fork servers; imports next to nothing, so that one can be begun before all else (Linux)."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from grader.sandbox.host.command import command, environment

END_SECONDS = 2.0
"""How long a server may take to go once the socket has hung up."""


class Process(Protocol):
    """A server's process."""

    def wait(self, timeout: float | None = None) -> object:
        """Waits until it has ended. Raises subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """Ends it by force."""


@dataclass(frozen=True)
class Launched:
    """A fork server's process, which a twin hasn't yet, and our end of its control socket."""

    process: Process | None
    control: socket.socket


class Forked:
    """The process of a server that another one has forked: nobody here is its parent."""

    def __init__(self, pid: int) -> None:
        self._pidfd = os.pidfd_open(pid)

    def wait(self, timeout: float | None = None) -> None:
        """Waits until it has ended, and lets go of it. Raises subprocess.TimeoutExpired."""
        if not select.select([self._pidfd], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("a fork server's twin", timeout or 0)
        os.close(self._pidfd)

    def kill(self) -> None:
        """Ends it by force."""
        signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)


def end(process: Process) -> None:
    """Sees a server off whose control socket has hung up: by force if it doesn't go."""
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_ahead: dict[str, list[Launched]] = {}


def can_fork() -> bool:
    """Whether a fork server can work here at all.

    Not on macOS, though it has fork: its NumPy computes in Apple's frameworks, which may not be used in a forked child.
    """
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def launch_ahead(wanted: str) -> None:
    """Begins what the next `launch` at this level, with "everyday" modules, will give, if it can work here."""
    if wanted != "process" and can_fork():
        # What can't be started now is tried again where it is needed, and told there.
        with suppress(OSError):
            _ahead.setdefault(wanted, []).append(_start(wanted, "everyday"))


def launch(wanted: str, loaded: str) -> Launched:
    """A server at the level `wanted`, "auto", "full" or "limits", with "everyday" or "all" modules `loaded`."""
    begun = _ahead.get(wanted) if loaded == "everyday" else None
    return begun.pop() if begun else _start(wanted, loaded)


def _start(wanted: str, loaded: str) -> Launched:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            command("child.zygote", str(theirs.fileno()), wanted, loaded, str(os.getpid())),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            cwd="/",
            start_new_session=True,
        )
    return Launched(process, ours)
