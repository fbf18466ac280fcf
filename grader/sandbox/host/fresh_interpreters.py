"""The grader's side of fresh interpreters: starts one for every job, and reads what comes back, on any system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO

from grader.sandbox.host.backend import BackendError, Level, Ready
from grader.sandbox.host.command import command, environment
from grader.sandbox.host.outcome import MAX_REPLIES, Remains
from grader.sandbox.host.pace import Pace, pace_of
from grader.sandbox.kernel.shortage import ShortageError, shortage
from grader.sandbox.wire.caps import MAX_OUTPUT
from grader.sandbox.wire.cells import NotebookJob
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.job_frames import encode_job
from grader.sandbox.wire.records import Job

START_SECONDS = 60.0
"""How long an interpreter may take until it runs the submission."""

CHUNK = 1 << 16

DRAIN_SECONDS = 2.0
"""How long what a dead process left in its pipes may take to read; a descendant may hold them open for ever."""


class FreshInterpreters:
    """Runs every job in an interpreter of its own, at the level "limits" or "process"."""

    def __init__(self, level: Level, reason: str) -> None:
        self._ready = Ready(level, reason)
        self._process: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def ready(self) -> Ready:
        """The level, at once: there is nothing to wait for."""
        return self._ready

    def run(self, job: Job | NotebookJob) -> Remains:
        """What is left of the process that ran a job. Raises BackendError, and TypeError for what can't be sent."""
        frame = encode_job(job)
        process = self._process = self._start()
        if self._is_over:
            process.kill()
        assert process.stdin is not None
        output = _Drain(process.stderr, MAX_OUTPUT)
        replies = _Drain(process.stdout, MAX_REPLIES)
        try:
            # An interpreter that dies before it has read everything is seen to have died, soon enough.
            with suppress(OSError):
                write_all(process.stdin.fileno(), frame)
            replies.begun.wait(START_SECONDS)
            timed_out = not _ends(process, replies, time.monotonic() + job.seconds, pace_of(job))
        finally:
            _kill(process)
            process.stdin.close()
        for drain in (output, replies):
            drain.join(0 if self._is_over else DRAIN_SECONDS)
        return Remains(bytes(replies.kept), bytes(output.kept), process.returncode, timed_out, replies.too_much)

    def hang_up(self) -> None:
        """Ends the interpreter that runs, and each that is started from now on."""
        self._is_over = True
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """Nothing: no process outlives its job."""

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command("child.interpreter", self._ready.level, str(os.getpid())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=environment(),
                cwd=os.path.abspath(os.sep),
                start_new_session=True,
            )
        except OSError as error:
            if short := shortage(error):
                raise ShortageError(short) from None
            raise BackendError(f"no interpreter can be started: {error}") from None


def _ends(process: subprocess.Popen[bytes], replies: _Drain, deadline: float, pace: Pace | None) -> bool:
    """Whether the process ends by itself before the deadline, or says more than it may."""
    while not replies.too_much:
        left = (deadline if pace is None else min(deadline, pace.deadline(replies.kept))) - time.monotonic()
        if left <= 0:
            return False
        # A process that ends closes its pipe, unless a descendant holds it: so look at both.
        replies.join(min(left, 0.1))
        if process.poll() is not None:
            return True
        if not replies.is_alive():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
                return True
    return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        # Its session is its own, and so is its group, as long as it isn't reaped or a member is left.
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


class _Drain(threading.Thread):
    """Reads a pipe to its end, keeps at most `cap` bytes, and sets `begun` when the first are there.

    The stream is closed here, and not before its end: its descriptor could become another file's while it is read.
    """

    def __init__(self, stream: IO[bytes] | None, cap: int) -> None:
        super().__init__(daemon=True)
        assert stream is not None
        self.kept = bytearray()
        self.begun = threading.Event()
        self.too_much = False
        self._stream = stream
        self._cap = cap
        self.start()

    def run(self) -> None:
        with self._stream, suppress(OSError):
            while data := self._stream.read(CHUNK):
                self.begun.set()
                room = self._cap - len(self.kept)
                self.too_much |= len(data) > room
                self.kept += data[:room]
        self.begun.set()
