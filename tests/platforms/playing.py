"""What the tests that play a platform share: what students hand in, and a root directory of the platform's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader import catalog
from grader.judging.telling import EVERYTHING, Tell
from grader.platforms.packages import Plan, package
from tests import submissions
from tests.commands import BIN
from tests.conftest import ROOT
from tests.course.running import SEED
from tests.patience import PATIENCE
from tests.proof import not_proved

NAMES = ("square", "relu", "sigmoid", "affine", "bce")
"""Not started, right, hostile, wrong and crashing."""

SPY = """
import os

found = []
for path in CLOSED:
    for way in ("r", "r+"):
        try:
            open(path, way).close()
            found.append(path)
        except OSError:
            pass

class AllClosedError(Exception): ...

if not found:
    raise AllClosedError("nothing to be had")
"""

CRASH = """
import os, signal
os.kill(os.getpid(), signal.SIGSEGV)
"""


def plan(seed: Path | None = None, names: Sequence[str] = NAMES, tell: Tell = EVERYTHING) -> Plan:
    """What an instructor wants of a package."""
    return Plan([*catalog.every(names)], ROOT, seed, tell, image="course/handgrad")


def packed(platform: str, target: Path, wanted: Plan) -> Path:
    """A package, in which a small file stands for the wheel: that has tests of its own."""
    made = target.parent / "handgrad-0-py3-none-any.whl"
    made.write_bytes(b"PK")
    package(platform, target, wanted, made)
    return target


def seed_file(folder: Path) -> Path:
    """A class's secret seed."""
    file = folder / "class_seed.txt"
    file.write_text(f"{SEED}\n", encoding="utf-8")
    return file


def hand_in(folder: Path, closed: Sequence[str] = ("/etc/shadow",)) -> None:
    """Writes a submission of all kinds; one of its files looks for what is `closed`."""
    folder.mkdir(parents=True, exist_ok=True)
    square, relu, sigmoid, affine, bce = map(catalog.get, NAMES)
    spy = f"CLOSED = {list(closed)!r}\n{SPY}".encode()
    for exercise, source in (
        (square, submissions.stub(square)),
        (relu, submissions.solution(relu)),
        (sigmoid, submissions.solution(sigmoid) + spy),
        (affine, submissions.solution(affine).replace(b"sum(axis=0)", b"mean(axis=0)")),
        (bce, submissions.solution(bce) + CRASH.encode()),
    ):
        (folder / exercise.file).write_bytes(source)


@dataclass(frozen=True)
class Played:
    """How a platform's run ended: its exit status, what it printed, and the largest process in it, in bytes."""

    status: int
    output: str
    peak: int


@cache
def require_own_root() -> None:
    """Skips where this process can't have a root directory of its own."""
    if sys.platform != "linux" or os.getuid() != 0:
        not_proved("a root directory of its own needs Linux and root")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        not_proved("unshare -m is refused here")


# Linux counts what a process had before it became another one, and the tests' own has PyTorch.
MEASURED = """
import os, shutil, sys
pid = os.posix_spawn(shutil.which(sys.argv[2]), sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as peak:
    print(usage.ru_maxrss, file=peak)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_in_own_root(folder: Path, given: str, command: str, refused: int | None = None) -> Played:
    """Runs a command in a root directory in which `/given` is that of `folder`, and the rest is this machine's.

    There, /opt/handgrad/bin/grader is this checkout's. If `refused` is an errno, every call of Landlock gives that.
    """
    grader = folder / "opt" / "handgrad" / "bin" / "grader"
    grader.parent.mkdir(parents=True)
    grader.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {BIN / "grader"} "$@"\n', encoding="utf-8")
    grader.chmod(0o755)
    lines = [
        "set -e",
        "mount --make-rprivate /",
        *_mounts(folder, Path("/"), {"opt", given}),
        *_mounts(folder, Path("/opt"), {"handgrad"}),
    ]
    script = "\n".join([*lines, f"exec chroot {folder} /bin/sh -c 'cd /{given} && {command}'"])
    filtered = [sys.executable, "-m", "tests.sandbox.filtered", str(refused)] if refused else []
    peak = folder / "peak"
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(peak), *filtered, "unshare", "-m", "sh", "-c", script],
        cwd=ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": f"/{given}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Played(done.returncode, done.stdout, int(peak.read_text(encoding="utf-8")) * 1024)


def _mounts(root: Path, folder: Path, without: set[str]) -> list[str]:
    """The commands that show in `root` what is in `folder`."""
    lines = []
    for each in sorted(folder.iterdir() if folder.is_dir() else ()):
        if each.name in without:
            continue
        target = root / each.relative_to("/")
        if each.is_symlink():
            lines.append(f"ln -s {os.readlink(each)} {target}")
        elif each.is_dir():
            lines.append(f"mkdir -p {target} && mount --rbind {each} {target}")
    return lines
