"""The fork server's process: Python and NumPy, warm and in one thread, forking a confined child for every job (Linux).

On its control socket it says once whether it is ready; then, for each job's descriptors, how the job's process died. It
reads nothing that a child writes.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import numpy as np

from grader.sandbox.child import file_job, imports, notebook_job, process, rehearsal
from grader.sandbox.child.alarm import set_alarm
from grader.sandbox.kernel.confine import Confinement, become_subreaper, confine, let_orphans_go, limits
from grader.sandbox.kernel.probing import available_level
from grader.sandbox.kernel.shortage import ShortageError, shortage
from grader.sandbox.wire.job_frames import decode_job
from grader.sandbox.wire.messages import CONFINE_FAILED
from grader.sandbox.wire.records import Job

KILL_ROUNDS = 500
"""How often remaining descendants are killed before giving up, 2 ms apart."""

REPLIES = 3
"""The descriptor on which a child replies."""

MAX_DESCRIPTORS = 1024
"""One more than the highest descriptor that this process ever has."""


def main(control_fd: str, wanted: str, loaded: str, grader: str) -> None:
    """Gets ready, says so, and runs jobs until the grader goes away.

    `control_fd` is the control socket, `wanted` "auto", "full" or "limits", `loaded` "everyday" or "all" of what
    submissions import, `grader` the grader's process id.
    """
    # To a low number, as all descriptors of this process have: the grader's may be beyond those that a child closes.
    control = socket.socket(fileno=os.dup(int(control_fd)))
    os.close(int(control_fd))
    # Not PR_SET_PDEATHSIG: it would strike when the grader's *thread* that started this ends, not the grader.
    grader_fd = os.pidfd_open(int(grader))
    if os.getppid() != int(grader):
        return
    try:
        level, reason, ruleset = get_ready(wanted, loaded)
        _held = process.prepare()
        gc.freeze()
    except Exception as error:
        failed = {"failed": f"{type(error).__name__}: {error}"[:2000], "short": shortage(error)}
        control.send(json.dumps(failed).encode())
        return
    serve(control, grader_fd, Tightness(level, reason, ruleset))


@dataclass(frozen=True)
class Tightness:
    """The level in force, why it is not "full", and the ruleset that belongs to it."""

    level: str
    reason: str
    ruleset: int | None


def get_ready(wanted: str, loaded: str) -> tuple[str, str, int | None]:
    """Does all that comes before the first job, and returns the level in force, as `available_level` does."""
    warm_up(imports.EVERYDAY + (imports.RARE if loaded == "all" else ()))
    become_subreaper()
    require_one_thread()
    available = available_level(wanted)
    os.environ.clear()
    os.chdir("/")
    os.umask(0o077)
    return available


def serve(control: socket.socket, grader_fd: int, held: Tightness) -> None:
    """Says that it is ready, and runs what comes over the `control` socket until the grader goes away."""
    control.send(json.dumps({"level": held.level, "reason": held.reason, "pid": os.getpid()}).encode())
    poll = select.poll()
    poll.register(control, select.POLLIN | select.POLLHUP)
    poll.register(grader_fd, select.POLLIN)
    kept: dict[str, Job] = {}
    while grader_fd not in dict(poll.poll()):
        message, fds, _, _ = socket.recv_fds(control, 1 << 12, 3)
        if not message:
            # The grader has hung up. Tearing down Python and NumPy in good order would keep it waiting.
            os._exit(0)
        kind, *details = json.loads(message)
        if kind == "keep":
            keep(kept, *details, *fds)
        elif kind == "run":
            request = Request(*details, *fds)
            try:
                answer = run(request, kept, (control.fileno(), grader_fd), held.ruleset)
            except ShortageError as error:
                answer = {"short": str(error)}
            control.send(json.dumps(answer).encode())
        elif kind == "twin":
            begin_twin(control, socket.socket(fileno=fds[0]), grader_fd, held)
        # Or it is a stop that came too late: the job that was meant has ended by itself.


def begin_twin(control: socket.socket, its_control: socket.socket, grader_fd: int, held: Tightness) -> None:
    """Forks a second server, which is as ready as this one, serves another socket, and is no child of this one's.

    What this one kills after each job are its children. If there are too few processes, the socket is closed.
    """
    let_orphans_go()
    with its_control, suppress(OSError):
        pid = os.fork()
        if pid == 0:
            try:
                if os.fork() == 0:
                    become_subreaper()
                    control.close()
                    limits_now.cache_clear()
                    serve(its_control, grader_fd, held)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
    become_subreaper()


def warm_up(modules: Sequence[str]) -> None:
    """Imports what submissions import, and does what is slow the first time, once for all children."""
    imports.preload(modules)
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    np.linalg.solve(matrix, np.einsum("ij,jk->ik", matrix, matrix @ matrix))
    if "numpy.random" in modules:
        np.random.default_rng(0).normal(size=3)
    time.tzset()
    rehearsal.rehearse()
    gc.collect()
    gc.freeze()


def require_one_thread() -> None:
    """Raises RuntimeError if there is a second thread: a fork would lose it, and whatever lock it holds stays held."""
    with open("/proc/self/status", encoding="ascii") as file:
        threads = next(int(line.split()[1]) for line in file if line.startswith("Threads:"))
    if threads != 1:
        raise RuntimeError(f"the fork server has {threads} threads")


def keep(kept: dict[str, Job], key: str, fd: int | None = None) -> None:
    """Keeps the job in a file for all children; without a file, forgets whatever is kept."""
    if fd is None:
        kept.clear()
        return
    with open(fd, "rb") as file:
        job = decode_job(file.read())
    assert isinstance(job, Job)
    kept[key] = job
    limits_now.cache_clear()
    # So that no child's garbage collector looks through it, and by that takes a copy of its pages.
    gc.freeze()


@dataclass(frozen=True)
class Request:
    """A job to run: its wall-clock limit, what is in a file of `size` bytes, and its three descriptors.

    The file is the source for the job that is kept under `key`, or with no key a notebook's whole job.
    """

    seconds: float
    key: str
    size: int
    job: int
    output: int
    replies: int


def run(request: Request, kept: Mapping[str, Job], watched: tuple[int, ...], ruleset: int | None) -> dict[str, Any]:
    """Runs one job in a child, and says how that died; returns only when it and all its descendants are gone.

    `watched` are descriptors that wake up when the grader goes away, or wants the job stopped.
    """
    if not request.key:
        prepare_for_notebooks()
    # All that can be done before the fork is done here: whatever the child touches first, it must copy.
    confinement = Confinement(limits_now(request.seconds), os.getpid(), ruleset)
    deadline = time.monotonic() + request.seconds
    try:
        pid = os.fork()
        if pid == 0:
            be_child(request, kept, confinement)
    except OSError as error:
        raise ShortageError(shortage(error)) from None
    finally:
        for fd in (request.job, request.output, request.replies):
            os.close(fd)
    pidfd = os.pidfd_open(pid)
    timed_out = not wait(pidfd, watched, deadline)
    # Not reaped yet, so that neither number can belong to anyone else.
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    os.close(pidfd)
    kill_descendants()
    return {
        "status": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
    }


@cache
def prepare_for_notebooks() -> None:
    """Imports what only notebooks need, when the first one comes."""
    notebook_job.prepare()
    require_one_thread()
    limits_now.cache_clear()
    gc.freeze()


limits_now = cache(limits)
"""The limits of a job, counted from the memory that this process had when it last grew."""


def be_child(request: Request, kept: Mapping[str, Job], confinement: Confinement) -> NoReturn:
    """Turns this new process into the confined one, and runs the job there."""
    try:
        os.setsid()
        data = os.read(request.job, request.size)
        job = kept[request.key] if request.key else decode_job(data, kept)
        arrange_descriptors(request, confinement.ruleset)
        set_alarm(job, REPLIES)
        confine(confinement)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        os._exit(CONFINE_FAILED)
    if isinstance(job, Job):
        process.end_after(file_job.serve, job, data, REPLIES)
    process.end_after(notebook_job.serve, job, REPLIES)


def arrange_descriptors(request: Request, ruleset: int | None) -> None:
    """Leaves open 0, which is empty, 1 and 2 for output, `REPLIES`, and the ruleset."""
    # Then none of the moves overwrites what is still to be moved.
    assert min(request.output, request.replies) >= REPLIES
    assert ruleset is None or ruleset > REPLIES
    os.dup2(request.output, 1)
    os.dup2(request.output, 2)
    os.dup2(request.replies, REPLIES)
    first = REPLIES + 1
    if ruleset is not None:
        os.closerange(first, ruleset)
        first = ruleset + 1
    os.closerange(first, MAX_DESCRIPTORS)


def wait(pidfd: int, watched: tuple[int, ...], deadline: float) -> bool:
    """Whether the process ended, or the grader had something to say or went away, before the deadline."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    for fd in watched:
        poll.register(fd, select.POLLIN | select.POLLHUP)
    left = deadline - time.monotonic()
    return left > 0 and bool(poll.poll(left * 1000))


def kill_descendants() -> None:
    """Kills and reaps what is left of a job, whose orphans are this process's children. Raises RuntimeError."""
    for _ in range(KILL_ROUNDS):
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for pid in own_children():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    raise RuntimeError("processes of a submission survive")


def own_children() -> list[int]:
    """The ids of this process's children, as far as the kernel tells them."""
    with suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]
    return []
