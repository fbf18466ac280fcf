"""Confines this process for good before a submission's first line runs.

Resource limits work on every POSIX system, the rest on Linux. Everything here is unprivileged.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from typing import TypeAlias

from grader.sandbox.kernel import landlock, seccomp
from grader.sandbox.kernel.container import job_memory
from grader.sandbox.kernel.system_calls import prctl

if sys.platform != "win32":
    import resource

NOBODY = 65534

OPEN_FILES = 64

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

Limits: TypeAlias = tuple[tuple[int, int, int], ...]
"""Resource limits: the number of each, and what it is set to, soft and hard."""


class ParentGoneError(Exception):
    """The parent died before its death could be watched."""


@dataclass(frozen=True)
class Confinement:
    """How tight: by `limits`, and with a Landlock `ruleset` by that and seccomp too.

    `parent` is the process that this one must not outlive.
    """

    limits: Limits
    parent: int
    ruleset: int | None = None


def confine(confinement: Confinement) -> None:
    """Applies `confinement` to this process. Raises OSError or ParentGoneError; then nothing may run here."""
    full = confinement.ruleset is not None
    if sys.platform != "win32":
        for kind, soft, hard in confinement.limits:
            resource.setrlimit(kind, (soft, hard))
    drop_root(required=full)
    if sys.platform == "linux":
        # After the change of user, which resets the last two.
        prctl(_PR_SET_NO_NEW_PRIVS, 1)
        prctl(_PR_SET_DUMPABLE, 0)
        prctl(_PR_SET_PDEATHSIG, 9)
        if os.getppid() != confinement.parent:
            raise ParentGoneError
    if confinement.ruleset is not None:
        landlock.restrict_self(confinement.ruleset)
        os.close(confinement.ruleset)
        # Last, for it forbids all of the above.
        seccomp.install()


def limits(seconds: float) -> Limits:
    """What a job of so many wall-clock seconds may use: CPU time, memory, files, processes and core dumps.

    Memory is counted from what this process has now, or the one that is forked from it.
    """
    if sys.platform == "win32":
        return ()
    cpu, memory = cpu_limit(seconds), _address_space() + job_memory()
    wanted = {
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_CPU": (cpu, cpu + 1),
        "RLIMIT_FSIZE": (0, 0),
        "RLIMIT_NOFILE": (OPEN_FILES, OPEN_FILES),
        "RLIMIT_NPROC": (0, 0),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    if sys.platform != "darwin":
        # macOS knows this limit, and refuses to set it.
        wanted["RLIMIT_AS"] = memory, memory
    found: list[tuple[int, int, int]] = []
    for name, (soft, hard) in wanted.items():
        if hasattr(resource, name):
            kind = getattr(resource, name)
            # The limit in force can't be raised.
            _, ceiling = resource.getrlimit(kind)
            if ceiling != resource.RLIM_INFINITY:
                soft, hard = min(soft, ceiling), min(hard, ceiling)
            found.append((kind, soft, hard))
    return tuple(found)


def cpu_limit(seconds: float) -> int:
    """The whole seconds of CPU time that a job of so many wall-clock seconds may use."""
    return math.ceil(seconds) + 1


def _address_space() -> int:
    """The bytes of address space in use; a guess where there is no /proc."""
    try:
        fd = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return 512 << 20
    pages = int(os.read(fd, 100).split()[0])
    os.close(fd)
    return pages * os.sysconf("SC_PAGE_SIZE")


def drop_root(required: bool) -> None:
    """If this is root, become nobody. Raises OSError if that fails and is `required`."""
    if os.getuid() != 0:
        return
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError:
        # Root of a user namespace that maps no one else, and so no real root.
        if required:
            raise


def become_subreaper() -> None:
    """Makes orphans among this process's descendants its children, and hides its memory from others. Raises OSError."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    prctl(_PR_SET_DUMPABLE, 0)


def let_orphans_go() -> None:
    """Leaves later orphans among this process's descendants to whoever is above it. Raises OSError."""
    prctl(_PR_SET_CHILD_SUBREAPER, 0)
