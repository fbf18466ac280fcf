"""A fresh interpreter's process, which runs a single job: where no fork server can be, or at the lowest level."""

from __future__ import annotations

import os
import sys
import threading

from grader.sandbox.child import file_job, imports, notebook_job, process
from grader.sandbox.child.alarm import set_alarm
from grader.sandbox.kernel import confine
from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.job_frames import decode_job
from grader.sandbox.wire.records import Job


def main(level: str, grader: str) -> None:
    """Runs the job that stands on the standard input, and writes its replies where the standard output was.

    `level` is "limits" or "process", `grader` the grader's process id. What the job prints goes to the standard error.
    """
    job = decode_job(read_job())
    everyday = isinstance(job, Job) and imports.is_everyday(job.source)
    imports.preload(imports.EVERYDAY if everyday else imports.EVERYDAY + imports.RARE)
    if not isinstance(job, Job):
        notebook_job.prepare()
    replies = os.dup(1)
    grader_pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for fd in (1, 2, replies):
            # What is written there stays as it is.
            msvcrt.setmode(fd, os.O_BINARY)
    threading.Thread(target=end_with_grader, args=(grader_pipe,), daemon=True).start()
    os.environ.clear()
    os.chdir(os.path.abspath(os.sep))
    if sys.platform != "win32":
        if level == "limits":
            confine.confine(confine.Confinement(confine.limits(job.seconds), int(grader)))
        else:
            confine.drop_root(required=False)
    _held = process.prepare()
    set_alarm(job, replies)
    if isinstance(job, Job):
        process.end_after(file_job.serve, job, job.source, replies)
    process.end_after(notebook_job.serve, job, replies)


def read_job() -> bytes:
    """One frame from the standard input, which stays open."""
    prefix = sys.stdin.buffer.read(wire.PREFIX.size)
    return prefix + sys.stdin.buffer.read(wire.size_after(prefix))


def end_with_grader(pipe: int) -> None:
    """Ends this process when the grader, the only one at the other end of `pipe`, goes away."""
    os.read(pipe, 1)
    os._exit(1)
