"""The sandbox, as the grader sees it: a job in, its run out."""

from __future__ import annotations

import sys
import threading
from typing import Literal, TypeAlias

from grader.sandbox.child.drivers import DRIVERS
from grader.sandbox.host.backend import Backend, BackendError, Level, Ready
from grader.sandbox.host.fork_servers import ForkServers
from grader.sandbox.host.fresh_interpreters import FreshInterpreters
from grader.sandbox.host.launch import can_fork
from grader.sandbox.host.levels import IsolationError, kept_from_python
from grader.sandbox.host.outcome import Remains, by_step, conclude, infrastructure
from grader.sandbox.kernel.shortage import ShortageError
from grader.sandbox.wire.cells import NotebookJob, NotebookRun, file_jobs
from grader.sandbox.wire.records import Job, Run

Isolation: TypeAlias = Literal["auto", "full", "limits", "process"]


class Sandbox:
    """Runs jobs one at a time, held as tightly as asked, or as this machine can ("auto").

    It starts at once and keeps no one waiting until the first job, so that other work can be done meanwhile. It is a
    context manager, and lets one thread in at a time.
    """

    def __init__(self, isolation: Isolation = "auto", backend: Backend | None = None) -> None:
        self._wanted = isolation
        self._lock = threading.RLock()
        self._is_given_up = False
        self.is_loose = False
        """Whether a job has run that was held less tightly than "full"."""
        self._backend: Backend | None = backend or start(isolation)

    def twin(self) -> Sandbox:
        """Another one at the same level, which needn't be warmed up where this one is; waits for a job that runs."""
        with self._lock:
            backend = self._backend
            return Sandbox(self._wanted, backend.twin() if isinstance(backend, ForkServers) else None)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Level:
        """The level in force; waits until it is known. Raises IsolationError if it isn't the one that was asked for."""
        return self.ready().level

    @property
    def reason(self) -> str:
        """Why the level in force is not "full", or ""."""
        return self.ready().reason

    def ready(self) -> Ready:
        """Waits until jobs can be run.

        Raises IsolationError if they can't be held as tightly as was asked, and ShortageError if they could.
        """
        with self._lock:
            if self._backend is None:
                self._backend = start(self._wanted)
            try:
                ready = self._backend.ready()
            except ShortageError:
                self.close()
                raise
            except BackendError as error:
                self.close()
                if self._wanted not in ("auto", "limits"):
                    raise IsolationError(f"isolation {self._wanted} can't start here: {error}") from None
                self._backend = FreshInterpreters("limits", str(error))
                ready = self._backend.ready()
            if self._wanted not in ("auto", ready.level):
                raise IsolationError(f"isolation {self._wanted} is not possible here: {ready.reason}")
            return ready

    def run(self, job: Job) -> Run:
        """The run of one job, whatever the submission does.

        If what runs jobs dies, it is started again and the job is run once more; if it dies again, the run's ending is
        "infrastructure". Raises IsolationError, ValueError for a driver that doesn't exist, and TypeError for an input
        that can't be sent.
        """
        return self._run(job)

    def run_notebook(self, job: NotebookJob) -> NotebookRun:
        """The run of a notebook's steps in one process, whatever the submission does; see `run`."""
        return by_step(job, self._run(job))

    def _run(self, job: Job | NotebookJob) -> Run:
        if unknown := {each.driver for each in file_jobs(job)} - DRIVERS.keys():
            raise ValueError(f"there is no driver {min(unknown)!r}")
        try:
            run = conclude(job, self._remains(job))
        except BackendError as error:
            return infrastructure(job, str(error))
        kept = kept_from_python(run)
        return infrastructure(job, kept) if kept else run

    def _remains(self, job: Job | NotebookJob) -> Remains:
        """What is left of a job's process. Raises BackendError when two in a row couldn't be run."""
        with self._lock:
            for attempt in range(2):
                self._require_interest()
                # Before the job, which may be given up at any moment.
                self.is_loose |= self.ready().level != "full"
                # Meanwhile another backend than the one that was hung up on may have taken its place.
                self._require_interest()
                assert self._backend is not None
                try:
                    return self._backend.run(job)
                except BackendError:
                    if self._is_given_up:
                        raise
                    self.close()
                    if attempt:
                        raise
                except BaseException:
                    # An interrupt, perhaps: the answer to this job must not be taken for the next one's.
                    self.close()
                    raise
        raise AssertionError("it has returned or raised")

    def _require_interest(self) -> None:
        """Raises BackendError once all is given up."""
        if self._is_given_up:
            raise BackendError("nobody waits for it any more")

    def give_up(self) -> None:
        """Ends the job that another thread waits for, and lets none begin: nobody wants to know any more."""
        self._is_given_up = True
        if backend := self._backend:
            backend.hang_up()

    def close(self) -> None:
        """Ends every process of the sandbox; a later job starts it again."""
        with self._lock:
            if self._backend is not None:
                self._backend.close()
                self._backend = None


def start(isolation: Isolation) -> Backend:
    """What can run jobs at a level, beginning to get ready. Raises IsolationError if nothing can here."""
    if isolation == "process":
        return FreshInterpreters("process", "a process of its own was asked for")
    if can_fork():
        return ForkServers(isolation)
    if isolation == "full":
        raise IsolationError("isolation full needs Linux 5.13 or later")
    if sys.platform != "win32":
        return FreshInterpreters("limits", "a fork server needs Linux")
    if isolation == "limits":
        raise IsolationError("isolation limits needs a POSIX system")
    return FreshInterpreters("process", "only a process of its own is possible on Windows")
