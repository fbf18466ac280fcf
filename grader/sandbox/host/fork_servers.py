"""The grader's side of the fork server: starts it, gives it jobs, and reads what comes back (Linux).

The grader itself never forks: with PyTorch's threads in it, a forked child would hang.
"""

from __future__ import annotations

import json
import os
import select
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from grader.sandbox.child.imports import is_everyday
from grader.sandbox.host.backend import BackendError, Ready
from grader.sandbox.host.kept_jobs import KeptJobs
from grader.sandbox.host.launch import Forked, Launched, end, launch
from grader.sandbox.host.outcome import Remains
from grader.sandbox.host.pace import Pace, pace_of
from grader.sandbox.host.pipes import CHUNK, Pipes
from grader.sandbox.kernel.shortage import ShortageError
from grader.sandbox.wire.cells import NotebookJob, sources
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.headers import Json
from grader.sandbox.wire.messages import STOP
from grader.sandbox.wire.records import Job

START_SECONDS = 60.0
"""How long the server may take to get ready."""

GRACE_SECONDS = 10.0
"""How long after a job's own limit the server must have answered."""

ORDINARY_SECONDS = 0.02
"""How long a job is left alone before what it writes is read."""


class ForkServers:
    """Two fork servers at one level: a small one for most jobs, and another for those that import rare modules.

    `first` is the small one, if there is one already.
    """

    def __init__(self, wanted: str, first: ForkServer | None = None) -> None:
        self._wanted = wanted
        self._servers = {"everyday": first or ForkServer(wanted, "everyday")}

    def twin(self) -> ForkServers:
        """Others at the same level, which are ready as soon as these are; none of these may run a job."""
        return ForkServers(self._wanted, self._servers["everyday"].twin())

    def ready(self) -> Ready:
        """Waits until most jobs can be run. Raises BackendError if it doesn't get there."""
        return self._servers["everyday"].ready()

    def run(self, job: Job | NotebookJob) -> Remains:
        """What is left of the process that ran a job. Raises BackendError, and TypeError for what can't be sent."""
        if all(map(is_everyday, sources(job))):
            return self._servers["everyday"].run(job)
        if "all" not in self._servers:
            self._servers["all"] = ForkServer(self._wanted, "all")
        if self._servers["all"].ready() != self.ready():
            raise BackendError("another fork server holds jobs less tightly")
        return self._servers["all"].run(job)

    @property
    def pids(self) -> list[int]:
        """The processes of the servers that run, first that for most jobs."""
        return [server.pid for server in self._servers.values()]

    def hang_up(self) -> None:
        """Has both end the job that they run, and go; another thread may wait for it."""
        for server in list(self._servers.values()):
            server.hang_up()

    def close(self) -> None:
        """Ends both; a hang-up of the control socket is their sign to go."""
        for server in self._servers.values():
            server.close()


class ForkServer:
    """A running fork server, at the level `wanted`: "auto", "full" or "limits"; `loaded` is "everyday" or "all"."""

    def __init__(self, wanted: str, loaded: str, launched: Launched | None = None) -> None:
        self._wanted, self._loaded = wanted, loaded
        launched = launched or launch(wanted, loaded)
        self._control, self._process = launched.control, launched.process
        self._ready: Ready | None = None
        self._pid = 0
        self._kept = KeptJobs(self._keep)

    @property
    def pid(self) -> int:
        """Its process; waits until it is ready. Raises BackendError if it doesn't get there."""
        self.ready()
        return self._pid

    def twin(self) -> ForkServer:
        """A second server, forked from this one when this is ready, which may not run a job meanwhile."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with suppress(BackendError):
            self._send(["twin"], [theirs.detach()])
        return ForkServer(self._wanted, self._loaded, Launched(None, ours))

    def ready(self) -> Ready:
        """Waits until it can run jobs. Raises BackendError if it doesn't get there."""
        if self._ready is None:
            message = self._first_message()
            _require_success(message)
            self._process, self._pid = self._process or Forked(message["pid"]), message["pid"]
            self._ready = Ready(message["level"], message["reason"])
        return self._ready

    def _first_message(self) -> Any:
        try:
            return self._receive(START_SECONDS)
        except BackendError:
            if self._process:
                raise
        # Nothing came of a twin: its elder may have failed, and if so, this one will say why.
        self._control.close()
        launched = launch(self._wanted, self._loaded)
        self._control, self._process = launched.control, launched.process
        return self._receive(START_SECONDS)

    def run(self, job: Job | NotebookJob) -> Remains:
        """What is left of the process that ran a job. Raises BackendError, and TypeError for what can't be sent."""
        self.ready()
        (key, data), pace = self._kept.encode(job), pace_of(job)
        output_reading, output_writing = os.pipe()
        replies_reading, replies_writing = os.pipe()
        pipes = Pipes(output_reading, replies_reading)
        try:
            self._send(["run", job.seconds, key, len(data)], [in_memory(data), output_writing, replies_writing])
            deadline = time.monotonic() + job.seconds + GRACE_SECONDS
            stopped = self._await(pipes, deadline, pace)
            death = self._receive(GRACE_SECONDS)
            _require_success(death)
            pipes.drain()
        finally:
            pipes.close()
        timed_out = death["timed_out"] or stopped
        return Remains(
            pipes.replies, bytes(pipes.output), death["status"], timed_out, pipes.too_much, death["cpu"], death["peak"]
        )

    def hang_up(self) -> None:
        """Says that no more jobs come; how the one that runs was ended can still be read."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Ends the server; a hang-up of the control socket is its sign to go."""
        self._control.close()
        process, self._process = self._process, None
        if process:
            end(process)

    def _await(self, pipes: Pipes, deadline: float, pace: Pace | None) -> bool:
        """Reads until the server has something to say; whether it had to be told to stop the job."""
        # What an ordinary job says fits into its pipes: to be woken up for every line of it would take longer than it.
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if poll.poll(ORDINARY_SECONDS * 1000):
            return False
        stopped = False
        while True:
            until = deadline if pace is None or stopped else min(pace.deadline(pipes.replies), deadline)
            if pipes.wait(self._control, deadline, until):
                return stopped
            if not stopped and until < deadline and time.monotonic() >= until:
                stopped = True
                self._send(STOP, [])

    def _keep(self, key: str, frame: bytes | None) -> None:
        self._send(["keep", key], [in_memory(frame)] if frame is not None else [])

    def _send(self, message: list[Json], fds: list[int]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], fds)
        except OSError as error:
            raise BackendError(f"the fork server is gone: {error}") from None
        finally:
            for fd in fds:
                os.close(fd)

    def _receive(self, seconds: float) -> Any:
        try:
            self._control.settimeout(seconds)
            message = self._control.recv(CHUNK)
            self._control.settimeout(None)
        except OSError as error:
            raise BackendError(f"the fork server does not answer: {error}") from None
        if not message:
            raise BackendError("the fork server is gone")
        return json.loads(message)


def _require_success(message: Mapping[str, Any]) -> None:
    """Raises ShortageError, or BackendError, if a server has failed."""
    if message.get("short"):
        raise ShortageError(message["short"])
    if "failed" in message:
        raise BackendError(message["failed"])


def in_memory(data: bytes) -> int:
    """The descriptor of a nameless file that holds `data`, to be read from its beginning."""
    fd = os.memfd_create("job", os.MFD_CLOEXEC)
    write_all(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
