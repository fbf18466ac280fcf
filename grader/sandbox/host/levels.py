"""How tightly this machine can hold a submission, and why not more tightly."""

from __future__ import annotations

import json
import os
import platform
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from grader.sandbox.child.imports import UNREADABLE
from grader.sandbox.host.backend import Level
from grader.sandbox.host.command import command, environment
from grader.sandbox.host.launch import can_fork
from grader.sandbox.kernel.shortage import ShortageError, shortage
from grader.sandbox.wire.records import Run

LEVELS: tuple[Level, ...] = ("full", "limits", "process")
"""From the tightest to the loosest."""

PROBE_SECONDS = 60.0


class IsolationError(RuntimeError):
    """This machine can't hold a submission as tightly as was asked."""


@dataclass(frozen=True)
class Machine:
    """What a machine can hold: why each level is out of reach, "" where it isn't; and its layers in words.

    `stays_root` if this is root, and submissions can't be run as another user.
    """

    obstacles: Mapping[Level, str]
    facts: tuple[str, ...]
    stays_root: bool = False

    @property
    def best(self) -> Level:
        """The tightest level within reach."""
        return next(level for level in LEVELS if not self.obstacles[level])

    def lines(self) -> list[tuple[str, str]]:
        """All of it: a name, and what is said."""
        return [
            *(("system", fact) for fact in self.facts),
            *((level, f"no: {why}" if why else "yes") for level, why in self.obstacles.items()),
            *(("private", said) for said in [private_python()] if said),
            *([("user", "submissions run as root: it can't become another user here")] if self.stays_root else []),
            ("isolation", self.best),
        ]


def private_python() -> str:
    """What keeps submissions, which run as nobody where this is root, from a part of Python or NumPy; or ""."""
    folder = private_folder()
    return folder and (
        f"{folder} is closed to the user nobody, as whom submissions run: work that imports a rare module from it "
        "can't be judged; install Python in /usr or /opt, open to all"
    )


def private_folder() -> str:
    """The outermost folder with Python or NumPy in it that the user nobody can't enter, if submissions run as that."""
    if sys.platform == "win32" or os.getuid() != 0:
        return ""
    numpy = find_spec("numpy")
    return str(closed_folder([os.__file__, *([numpy.origin] if numpy and numpy.origin else [])]) or "")


def kept_from_python(run: Run) -> str:
    """What a submission couldn't import because this Python is closed to it, which is no fault of its own; or ""."""
    errors = (reply.error for reply in run.replies if reply)
    said = (each.message for each in (run.error, *errors) if each and each.type == "ModuleNotFoundError")
    # A debugger has nothing to do here, wherever Python is: the verdict says where it has.
    found = next((each for each in said if UNREADABLE in each and not each.startswith("pdb ")), "")
    folder = private_folder() if found else ""
    return f"{found.partition(':')[0]}: {folder} is closed to it" if folder else ""


def closed_folder(files: Iterable[str]) -> Path | None:
    """The outermost folder on the way to one of these files that not everybody may enter, if there is any."""
    folders = (folder for file in files for folder in reversed(Path(os.path.realpath(file)).parents))
    return next((folder for folder in folders if not os.stat(folder).st_mode & stat.S_IXOTH), None)


def probe() -> Machine:
    """Tries every level in processes of its own."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if not can_fork():
        full = "needs Linux 5.13 or later" if sys.platform != "linux" else "pidfd_open is refused"
        limits = "needs a POSIX system" if sys.platform == "win32" else ""
        return Machine({"full": full, "limits": limits, "process": ""}, (system, "a fresh interpreter for every job"))
    try:
        done = subprocess.run(
            command("kernel.probing"),
            env=environment(),
            cwd="/",
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=True,
        )
        found = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        if short := shortage(error):
            raise ShortageError(short) from None
        return Machine({"full": f"the probe failed: {error}", "limits": "", "process": ""}, (system,))
    facts = (system, f"Landlock ABI {found['landlock']}", "one fork server, a forked process for every job")
    return Machine({"full": found["obstacle"], "limits": "", "process": ""}, facts, found["stays_root"])
