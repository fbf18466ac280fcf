"""Whether a submission can be confined fully here: tried in a process of its own before it is relied on (Linux)."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from grader.sandbox.kernel import landlock, seccomp
from grader.sandbox.kernel.confine import Confinement, become_subreaper, confine, drop_root, limits
from grader.sandbox.kernel.shortage import shortage

HELD = "held"
"""What a child reports that has nothing to report."""


def main() -> None:
    """Prints, as JSON, the Landlock version, why not "full" or "", and whether root can't become another user."""
    become_subreaper()
    try:
        _, obstacle, _ = available_level("full")
    except OSError as error:
        obstacle = shortage(error) or str(error)
    print(json.dumps({"landlock": landlock.abi(), "obstacle": obstacle, "stays_root": in_child(stays_root) != HELD}))


def available_level(wanted: str) -> tuple[str, str, int | None]:
    """The level in force, why it is not "full", and the Landlock ruleset for "full"."""
    if wanted == "limits":
        return "limits", "limits were asked for", None
    if obstacle := landlock.obstacle():
        return "limits", obstacle, None
    try:
        # Here, and not in every child.
        seccomp.machine_filter()
        ruleset = landlock.create_ruleset(readable_paths())
    except OSError as error:
        return "limits", str(error), None
    reason = self_test(ruleset)
    return ("limits", reason, None) if reason else ("full", "", ruleset)


def readable_paths() -> list[str]:
    """What a child may read: the standard library and NumPy, without whatever else is installed beside them."""
    numpy = os.path.dirname(os.path.abspath(np.__file__))
    library = os.path.dirname(os.path.abspath(os.__file__))
    entries = [entry for entry in os.listdir(library) if entry not in ("site-packages", "dist-packages")]
    return [numpy, f"{numpy}.libs", *(os.path.join(library, entry) for entry in entries)]


def self_test(ruleset: int) -> str:
    """Confines a child fully and lets it try to break out: "" if nothing works that shouldn't, else what did."""
    parent = os.getpid()
    report = in_child(lambda: try_to_escape(parent, ruleset))
    return "" if report == HELD else report or "a confined process does not survive"


def in_child(attempt: Callable[[], str]) -> str:
    """What a forked process reports of an attempt, `HELD` where that is nothing; "" of one that did not survive."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, attempt().encode()[:1000] or HELD.encode())
        os._exit(0)
    os.close(writing)
    report = os.read(reading, 1000).decode()
    os.close(reading)
    os.waitpid(pid, 0)
    return report


def stays_root() -> str:
    """Why this process, if it is root's, can't become nobody's, or ""."""
    try:
        drop_root(required=True)
    except OSError as error:
        return str(error)
    return ""


def try_to_escape(parent: int, ruleset: int) -> str:
    """Confines this process fully, and returns what is possible all the same, or "" """
    try:
        confine(Confinement(limits(1.0), parent, ruleset))
    except Exception as error:
        return str(error)
    attempts: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
        (os.open, ("/proc/self/status", os.O_RDONLY)),
        (os.listdir, ("/",)),
        (socket.socket, ()),
        (os.kill, (parent, 0)),
        (os.fork, ()),
    )
    for attempt, arguments in attempts:
        with suppress(OSError):
            attempt(*arguments)
            return f"{attempt.__name__} is not refused to a confined process"
    return ""
