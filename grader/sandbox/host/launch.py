"""Starts fork servers; imports next to nothing, so that one can be begun before all else (Linux)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

from grader.sandbox.host.command import command, environment


@dataclass(frozen=True)
class Launched:
    """A fork server's process, and our end of its control socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket


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
