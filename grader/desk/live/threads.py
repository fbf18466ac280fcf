"""Threads that run submissions, a sandbox each; nobody waits for one that is stuck."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from math import inf
from threading import Condition, Thread
from typing import Any, Generic, TypeAlias, TypeVar

from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job, Run

MOST_AT_ONCE = 2
"""Of one exercise: a version that is saved now needn't wait for the one before, which may never end."""

T = TypeVar("T")

Post: TypeAlias = Callable[[Callable[[], object]], object]
"""Has something done in the one thread that decides."""


def begin(work: Callable[[], object], post: Post) -> None:
    """Does something in a thread that nobody waits for; what goes wrong there is posted, to be raised."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            post(partial(_fail, error))

    Thread(target=run, daemon=True).start()


def _fail(error: BaseException) -> None:
    raise error


class Rank(IntEnum):
    """What is done first."""

    VERDICT = 0
    CASE = 1
    PREPARATION = 2


class TimedSandbox(Sandbox):
    """A sandbox that knows since when a submission has been running in it."""

    since = inf

    def run(self, job: Job) -> Run:
        self.since = time.monotonic()
        try:
            return super().run(job)
        finally:
            self.since = inf


@dataclass(frozen=True, eq=False)
class _Turn(Generic[T]):
    """What is to be done for an exercise, in a sandbox, and what will come of it."""

    name: str
    work: Callable[[Sandbox], T]
    rank: Rank
    outcome: Future[T] = field(default_factory=Future)

    def take(self, sandbox: Sandbox) -> None:
        if self.outcome.set_running_or_notify_cancel():
            try:
                self.outcome.set_result(self.work(sandbox))
            except BaseException as error:
                self.outcome.set_exception(error)


class JudgeThreads:
    """So many threads, at most `MOST_AT_ONCE` of them busy with one exercise.

    By rank the exercise `first` comes before the others, and these in turn. A thread whose submission has been running
    for longer than `patience` seconds when more is to be done no longer counts: another one takes its place.
    """

    def __init__(self, count: int, patience: float = inf) -> None:
        self.first = ""
        self._patience = patience
        self._change = Condition()
        self._waiting: list[_Turn[Any]] = []
        # The exercise of each sandbox that counts.
        self._busy: dict[TimedSandbox, str] = {}
        self._sandboxes: list[TimedSandbox] = []
        self._is_given_up = False
        for _ in range(count):
            self._add()

    def submit(self, name: str, work: Callable[[Sandbox], T], rank: Rank) -> Future[T]:
        """What `work` will give for an exercise; it is cancelled if that hasn't begun when all is given up."""
        turn = _Turn(name, work, rank)
        with self._change:
            if self._is_given_up:
                turn.outcome.cancel()
                return turn.outcome
            for sandbox in [each for each in self._busy if time.monotonic() - each.since > self._patience]:
                del self._busy[sandbox]
                self._add()
            self._waiting.append(turn)
            self._change.notify()
        return turn.outcome

    def new_sandbox(self) -> TimedSandbox:
        """One that ends with those of the threads."""
        sandbox = TimedSandbox()
        with self._change:
            self._sandboxes.append(sandbox)
            if self._is_given_up:
                sandbox.give_up()
        return sandbox

    @property
    def are_idle(self) -> bool:
        """Whether no submission runs."""
        return all(sandbox.since == inf for sandbox in self._sandboxes)

    @property
    def is_loose(self) -> bool:
        """Whether a submission has run that was held less tightly than "full"."""
        return any(sandbox.is_loose for sandbox in self._sandboxes)

    def give_up(self) -> None:
        """Ends what runs, and lets nothing begin any more."""
        with self._change:
            self._is_given_up = True
            waiting, self._waiting = self._waiting, []
            for sandbox in self._sandboxes:
                sandbox.give_up()
        for turn in waiting:
            turn.outcome.cancel()

    def close(self) -> None:
        """Waits until what has been given up has ended."""
        for sandbox in self._sandboxes:
            sandbox.close()

    def _add(self) -> None:
        sandbox = self.new_sandbox()
        self._busy[sandbox] = ""
        Thread(target=self._serve, args=(sandbox,), daemon=True).start()

    def _serve(self, sandbox: TimedSandbox) -> None:
        with sandbox:
            while turn := self._next(sandbox):
                turn.take(sandbox)

    def _next(self, sandbox: TimedSandbox) -> _Turn[Any] | None:
        """What a sandbox is to do next, as soon as there is something; None once another has taken its place."""
        with self._change:
            while sandbox in self._busy:
                self._busy[sandbox] = ""
                if turn := self._best():
                    self._busy[sandbox] = turn.name
                    self._waiting.remove(turn)
                    return turn
                self._change.wait()
        return None

    def _best(self) -> _Turn[Any] | None:
        running = Counter(self._busy.values())
        free = [each for each in self._waiting if running[each.name] < MOST_AT_ONCE]
        return min(free, key=lambda each: (each.rank, each.name != self.first, running[each.name]), default=None)
