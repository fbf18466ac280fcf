"""Processes that do items of work, on this machine or on a Dask cluster; their deaths cost a retry, not a result."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, Generic

from grader.classes.engine.cores import kept_to, shared_out
from grader.classes.engine.work import Item, Make, NotDone, Result, Setup, WorkersError, Workforce, reason

AHEAD = 2
"""Items that a worker has at a time: the next one is there when it has done the first."""

MAX_DEATHS = 3
"""Worker processes that an item may cost before it is given up."""

MAX_STILLBORN = 5
"""Worker processes that may die in a row before they have begun."""


def workforce(
    make: Make[Setup, Item, Result], setup: Setup, jobs: int, dask: str | None = None
) -> AbstractContextManager[Workforce[Item, Result]]:
    """At most `jobs` new processes, or those of the Dask cluster at the address `dask`, for as long as they are needed.

    `make` is called once in each of them with `setup`. They hold what `make` imports and no more, and end with this
    process, however it ends. An exception that an item raises there makes it `NotDone`. Raises WorkersError, also where
    `make` raises.
    """
    if dask is None:
        return closing(Processes(make, setup, jobs))
    # Its package is an extra.
    from grader.classes.engine.cluster import cluster

    return cluster(make, setup, dask)


@dataclass
class _ToDo(Generic[Item]):
    item: Item
    deaths: int = 0


@dataclass(frozen=True)
class _Greeting:
    """A worker's first answer: it is ready, or `make` raised."""

    error: str = ""


class Processes(Generic[Item, Result]):
    """At most `jobs` of them, each at the other end of a pipe of its own, so that a death has one item to blame."""

    def __init__(self, make: Make[Setup, Item, Result], setup: Setup, jobs: int) -> None:
        packed = pickle.dumps(setup)
        self._start: Callable[[int | None], _Worker[Item]] = lambda core: _Worker(make, packed, core)
        self._jobs = max(1, jobs)
        self._cores = shared_out(self._jobs)
        self._workers: list[_Worker[Item]] = []
        self._stillborn = 0

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | NotDone]]:
        """As `Workforce` does."""
        fresh: Iterator[_ToDo[Item]] = (_ToDo(item) for item in items)
        again: deque[_ToDo[Item]] = deque()
        try:
            while busy := self._hand_out(again, fresh):
                for connection in wait(list(busy)):
                    yield from self._answers(busy[connection], again)
        finally:
            for worker in [worker for worker in self._workers if worker.to_do]:
                # Nobody asks for its answers any more; the next run must not take them for its own.
                self._end(worker)

    def close(self) -> None:
        """Ends every process."""
        for worker in list(self._workers):
            self._end(worker)

    def _hand_out(self, again: deque[_ToDo[Item]], fresh: Iterator[_ToDo[Item]]) -> dict[Any, _Worker[Item]]:
        """Keeps everybody busy for as long as there is work; the busy ones, by connection."""
        while (worker := self._free()) is not None:
            each = again.popleft() if again else next(fresh, None)
            if each is None:
                break
            if worker.to_do and len(self._workers) < self._jobs:
                worker = self._add()
            worker.give(each)
        return {worker.connection: worker for worker in self._workers if worker.to_do}

    def _answers(self, worker: _Worker[Item], again: deque[_ToDo[Item]]) -> Iterator[tuple[Item, Result | NotDone]]:
        """What comes of a worker that has an answer, or has died."""
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._bury(worker, again)
            return
        if not isinstance(answer, _Greeting):
            yield worker.to_do.popleft().item, answer
        elif answer.error:
            raise WorkersError(answer.error)
        else:
            worker.has_begun, self._stillborn = True, 0

    def _add(self) -> _Worker[Item]:
        taken = Counter(worker.core for worker in self._workers)
        worker = self._start(min(self._cores, key=taken.__getitem__, default=None))
        self._workers.append(worker)
        return worker

    def _free(self) -> _Worker[Item] | None:
        if not self._workers:
            self._add()
        worker = min(self._workers, key=lambda each: len(each.to_do))
        return worker if len(worker.to_do) < AHEAD or len(self._workers) < self._jobs else None

    def _bury(self, worker: _Worker[Item], again: deque[_ToDo[Item]]) -> Iterator[tuple[Item, NotDone]]:
        """Takes back what a dead worker had; the item that it was at comes last, or is given up."""
        status = self._end(worker)
        if not worker.has_begun:
            self._stillborn += 1
            if self._stillborn == MAX_STILLBORN:
                raise WorkersError(f"worker processes end before they have begun (status {status})")
            again.extend(worker.to_do)
            return
        suspect = worker.to_do.popleft()
        again.extend(worker.to_do)
        suspect.deaths += 1
        if suspect.deaths < MAX_DEATHS:
            again.append(suspect)
        else:
            yield suspect.item, NotDone(f"{MAX_DEATHS} worker processes died of it (status {status})")

    def _end(self, worker: _Worker[Item]) -> int | None:
        self._workers.remove(worker)
        return worker.end()


class _Worker(Generic[Item]):
    """One process, on one `core` or on any, and what it has to do, in its order."""

    def __init__(self, make: Make[Any, Item, object], setup: bytes, core: int | None) -> None:
        self.core = core
        self.to_do: deque[_ToDo[Item]] = deque()
        self.has_begun = False
        # Not fork: PyTorch's threads would be missing in the child, and what they hold stays held.
        spawn = get_context("spawn")
        self.connection, theirs = spawn.Pipe()
        # Nothing large among the arguments: to write those, `start` would wait for ever for a process that dies.
        self._process = spawn.Process(target=_work, args=(theirs, make, core), daemon=True)
        with theirs, _interrupts_held():
            self._process.start()
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._outbox.put(setup)
        # Its own thread, so that nobody waits for a process that isn't ready to read.
        self._sender = threading.Thread(target=_send, args=(self.connection, self._outbox), daemon=True)
        self._sender.start()

    def give(self, each: _ToDo[Item]) -> None:
        """Adds something to do."""
        self.to_do.append(each)
        self._outbox.put(pickle.dumps(each.item))

    def end(self) -> int | None:
        """Ends the process, and returns its exit status; its sandbox ends with it."""
        self._process.kill()
        self._process.join()
        self._outbox.put(None)
        self._sender.join()
        self.connection.close()
        return self._process.exitcode


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Starts a process with Ctrl-C blocked: it reaches every one at the terminal, and would interrupt its imports."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_main_process() -> None:
    """What a process does that was started so: ignores Ctrl-C, without its own children doing so too."""
    # A handler, not SIG_IGN or the mask: submissions would inherit these, and then behave as nowhere else.
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _send(connection: Connection[Any, Any], outbox: SimpleQueue[bytes | None]) -> None:
    # From a process that is dead there comes nothing but the end of its pipe: that tells enough.
    with suppress(OSError):
        while (message := outbox.get()) is not None:
            connection.send_bytes(message)


def _work(connection: Connection[Any, Any], make: Make[Any, Any, object], core: int | None) -> None:
    """What a worker process does, until the main process hangs up or ends."""
    _leave_interrupts_to_the_main_process()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    # Its own thread, so that the end of the main process is seen at once.
    try:
        threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    except RuntimeError as error:
        connection.send(_Greeting(reason(error)))
        return
    with kept_to(core):
        try:
            do = make(pickle.loads(inbox.get()))
        except Exception as error:
            connection.send(_Greeting(reason(error)))
            return
        connection.send(_Greeting())
        while True:
            message = inbox.get()
            try:
                result = do(pickle.loads(message))
            except Exception as error:
                result = NotDone(reason(error))
            connection.send(result)


def _receive(connection: Connection[Any, Any], inbox: SimpleQueue[bytes]) -> None:
    try:
        while True:
            inbox.put(connection.recv_bytes())
    finally:
        os._exit(0)
