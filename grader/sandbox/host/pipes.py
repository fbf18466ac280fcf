"""The two pipes of a forked job, output and replies, which are read as long as the job runs (Linux)."""

from __future__ import annotations

import os
import select
import socket
import time
from contextlib import suppress

from grader.sandbox.host.backend import BackendError
from grader.sandbox.host.outcome import MAX_REPLIES
from grader.sandbox.wire.caps import MAX_OUTPUT

CHUNK = 1 << 16


class Pipes:
    """The grader's ends of a job's two pipes: output beyond its cap is thrown away, replies beyond theirs unread."""

    def __init__(self, output: int, replies: int) -> None:
        self.output = bytearray()
        self.replies = bytearray()
        self.too_much = False
        self._output_fd = output
        self._open = {output, replies}
        for fd in self._open:
            os.set_blocking(fd, False)

    def wait(self, control: socket.socket, deadline: float, until: float) -> bool:
        """Reads what comes before `until`; whether `control` has something. Raises BackendError at the deadline."""
        poll = select.poll()
        for fd in (*self._open, control.fileno()):
            poll.register(fd, select.POLLIN)
        now = time.monotonic()
        events = dict(poll.poll(max(until - now, 0) * 1000))
        if now >= deadline:
            raise BackendError("the fork server missed the deadline")
        for fd in events.keys() & self._open:
            self._read(fd)
        return control.fileno() in events

    def drain(self) -> None:
        """Reads what a dead process has left in the pipes, without waiting for an end that may never come."""
        for fd in list(self._open):
            for _ in range(1 + (1 << 20) // CHUNK):
                if not self._read(fd):
                    break

    def close(self) -> None:
        for fd in list(self._open):
            self._close(fd)

    def _read(self, fd: int) -> bool:
        """Reads once; whether there may be more."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._close(fd)
        elif fd == self._output_fd:
            self.output += data[: max(0, MAX_OUTPUT - len(self.output))]
        elif len(self.replies) + len(data) > MAX_REPLIES:
            self.too_much = True
            self._close(fd)
        else:
            self.replies += data
        return fd in self._open

    def _close(self, fd: int) -> None:
        self._open.discard(fd)
        with suppress(OSError):
            os.close(fd)
