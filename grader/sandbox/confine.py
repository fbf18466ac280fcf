"""Confines this process for good before a submission's first line runs.

Resource limits work on every POSIX system, the rest on Linux. Everything here is unprivileged.
"""

from __future__ import annotations

import math
import os
import sys
from contextlib import suppress
from dataclasses import dataclass

from grader.sandbox import landlock, seccomp
from grader.sandbox.kernel import prctl

NOBODY = 65534

MEMORY = 1 << 30
"""Bytes that a submission may allocate, beyond what Python and NumPy take."""

OPEN_FILES = 64

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


class ParentGoneError(Exception):
    """The parent died before its death could be watched."""


@dataclass(frozen=True)
class Confinement:
    """How tight: by limits for a job of so many `seconds`, and with a Landlock `ruleset` by that and seccomp too.

    `parent` is the process that this one must not outlive.
    """

    seconds: float
    parent: int
    ruleset: int | None = None


def confine(confinement: Confinement) -> None:
    """Applies `confinement` to this process. Raises OSError or ParentGoneError; then nothing may run here."""
    full = confinement.ruleset is not None
    set_limits(confinement.seconds)
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


def set_limits(seconds: float) -> None:
    """Limits CPU time, memory, files, processes and core dumps of this process. Raises OSError."""
    import resource

    cpu = cpu_limit(seconds)
    limits = {
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_CPU": (cpu, cpu + 1),
        "RLIMIT_FSIZE": (0, 0),
        "RLIMIT_NOFILE": (OPEN_FILES, OPEN_FILES),
        "RLIMIT_NPROC": (0, 0),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    for name, (soft, hard) in limits.items():
        if hasattr(resource, name):
            _limit(getattr(resource, name), soft, hard)
    if hasattr(resource, "RLIMIT_AS"):
        # macOS knows this limit, and refuses to set it.
        with suppress(OSError, ValueError):
            memory = _address_space() + MEMORY
            _limit(resource.RLIMIT_AS, memory, memory)


def cpu_limit(seconds: float) -> int:
    """The whole seconds of CPU time that a job of so many wall-clock seconds may use."""
    return math.ceil(seconds) + 1


def _limit(kind: int, soft: int, hard: int) -> None:
    import resource

    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


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
