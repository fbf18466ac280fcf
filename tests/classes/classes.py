"""Small classes on disk, and `grader grade` over them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import catalog
from tests import commands, submissions
from tests.conftest import ROOT
from tests.proof import cannot_run

EXERCISES = ("square", "add", "relu", "linear_neuron", "two_layer")
"""Of different kinds and chapters; the last two are networks."""

CHOSEN = tuple(word for name in EXERCISES for word in ("-k", name))

INFINITE = b"""
right = two_layer_backward
def two_layer_backward(dout, cache):
    gradients = right(dout, cache)
    return {**gradients, "dz2": gradients["dz2"] * np.inf}
"""
"""A network with a node that isn't finite: only PyTorch knows what follows from it."""


def write(folder: Path, count: int) -> Path:
    """A class of `count` submissions in `folder`: right, mistaken, not started, broken and missing.

    Only stubs are like those of others.
    """
    for number in range(count):
        submission = folder / f"s{number}"
        submission.mkdir(parents=True)
        for place, name in enumerate(EXERCISES):
            source = _source(name, 3 * number + place)
            if source is not None:
                own = b"" if source == submissions.stub(catalog.get(name)) else f"\n# {number}\n".encode()
                (submission / catalog.get(name).file).write_bytes(source + own)
    if count > 1:
        source = submissions.solution(catalog.get("two_layer")) + INFINITE
        (folder / "s1" / "ex43_two_layer.py").write_bytes(source)
    return folder


def _source(name: str, choice: int) -> bytes | None:
    exercise = catalog.get(name)
    match choice % 8:
        case 0 | 4:
            return submissions.solution(exercise)
        case 1:
            return submissions.stub(exercise)
        case 2:
            return submissions.solution(exercise).replace(b"def ", b"def", 1)
        case 3:
            return None if choice % 3 else b"import os\nos._exit(5)\n"
        case _:
            return submissions.mistaken(exercise, exercise.bank[choice % len(exercise.bank)])


@contextmanager
def dask_cluster(threads: int = 1) -> Iterator[list[str]]:
    """A Dask cluster of two processes on this machine: its address, and the ids of the processes that watch them."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.classes.local_cluster", str(threads)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    with running:
        yield running.stdout.readline().split()
        running.stdin.close()


def command(*arguments: str | Path) -> list[str]:
    """The command line of `grader grade`, with a seed."""
    return [sys.executable, "-m", "grader", "grade", *map(str, arguments), "--seed", "3"]


def start(cwd: Path, *arguments: str | Path, err: int | None = None, session: bool = False) -> commands.Running:
    """A `grader grade` that has begun in a folder, and writes its errors to a descriptor, if there is one."""
    return commands.start(*command(*arguments)[1:], cwd=cwd, env=environment(), err=err, session=session)


def grade(cwd: Path, *arguments: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """What `grader grade` does in a folder, with one worker process unless `arguments` say how many."""
    jobs = () if "--jobs" in arguments else ("--jobs", "1")
    done = commands.run(*command(*arguments, *jobs)[1:], cwd=cwd, env=environment())
    assert done.returncode == status, done.stderr
    return done


def held_to_permissions() -> list[str]:
    """What stands before a command so that it heeds permissions, as anyone but root must."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        cannot_run("there is no setpriv, and root may read everything")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def environment() -> dict[str, str]:
    """An environment in which Python finds this package from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}
