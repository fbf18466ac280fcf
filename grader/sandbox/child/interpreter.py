"""A fresh interpreter's process, which runs a single job: where no fork server can be, or at the lowest level."""

from __future__ import annotations

import os
import sys
import threading

from grader.sandbox.child import file_job, imports, notebook_job, process
from grader.sandbox.kernel import confine
from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.messages import decode_job
from grader.sandbox.wire.records import Job


def main(level: str, grader: str) -> None:
    """Runs the job that stands on the standard input, and writes its replies where the standard output was.

    `level` is "limits" or "process", `grader` the grader's process id. What the job prints goes to the standard error.
    """
    job = decode_job(read_job())
    imports.preload(imports.EVERYDAY + imports.RARE)
    if not isinstance(job, Job):
        notebook_job.prepare()
    replies = os.dup(1)
    grader_pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    for fd in (1, 2, replies):
        keep_newlines(fd)
    threading.Thread(target=end_with_grader, args=(grader_pipe,), daemon=True).start()
    os.environ.clear()
    os.chdir(os.path.abspath(os.sep))
    if sys.platform != "win32":
        if level == "limits":
            confine.confine(confine.Confinement(confine.limits(job.seconds), int(grader)))
        else:
            confine.drop_root(required=False)
    _held = process.prepare()
    if isinstance(job, Job):
        file_job.serve(job, job.source, replies)
    notebook_job.serve(job, replies)


def read_job() -> bytes:
    """One frame from the standard input, which stays open."""
    prefix = read_exactly(wire.PREFIX.size)
    return prefix + read_exactly(wire.size_after(prefix))


def read_exactly(count: int) -> bytes:
    """So many bytes from the standard input. Raises EOFError if it ends before."""
    keep_newlines(0)
    parts: list[bytes] = []
    while count:
        data = os.read(0, min(count, 1 << 20))
        if not data:
            raise EOFError("the job is cut short")
        parts.append(data)
        count -= len(data)
    return b"".join(parts)


def keep_newlines(fd: int) -> None:
    """Makes Windows leave the bytes of `fd` as they are."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(fd, os.O_BINARY)


def end_with_grader(pipe: int) -> None:
    """Ends this process when the grader, the only one at the other end of `pipe`, goes away."""
    os.read(pipe, 1)
    os._exit(1)
