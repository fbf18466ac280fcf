"""Sandboxes that run jobs side by side."""

from __future__ import annotations

from queue import SimpleQueue

from grader.sandbox.host.backend import Level
from grader.sandbox.host.worker import Isolation, Sandbox
from grader.sandbox.wire.records import Job, Run


class SideBySide:
    """Sandboxes at one level of isolation, at first one; a job is run by the next that is free."""

    def __init__(self, isolation: Isolation = "auto") -> None:
        self._wanted = isolation
        self._all: list[Sandbox] = []
        self._free: SimpleQueue[Sandbox] = SimpleQueue()
        self.widen(1)

    def widen(self, count: int) -> None:
        """Begins to start more, until there are `count`. Raises IsolationError."""
        while len(self._all) < count:
            self._all.append(self._all[0].twin() if self._all else Sandbox(self._wanted))
            self._free.put(self._all[-1])

    @property
    def isolation(self) -> Level:
        """The level in force; waits until it is known. Raises IsolationError if it isn't the one that was asked for."""
        return self._all[0].isolation

    @property
    def is_loose(self) -> bool:
        """Whether a job has run that was held less tightly than "full"."""
        return any(sandbox.is_loose for sandbox in self._all)

    def run(self, job: Job) -> Run:
        """The run of one job; see `Sandbox.run`."""
        sandbox = self._free.get()
        try:
            return sandbox.run(job)
        finally:
            self._free.put(sandbox)

    def give_up(self) -> None:
        """Ends the jobs that run, and lets none begin any more; see `Sandbox.give_up`."""
        for sandbox in self._all:
            sandbox.give_up()

    def close(self) -> None:
        """Ends every process."""
        for sandbox in self._all:
            sandbox.close()
