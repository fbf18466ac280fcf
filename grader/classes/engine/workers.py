"""Processes that do items of work, on this machine or on a Dask cluster; their deaths cost a retry, not a result."""

from __future__ import annotations

import os
import pickle
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from grader.classes.engine.cores import kept_to, shared_out
from grader.classes.engine.interrupts import interrupts_held, leave_interrupts_to_the_main_process

Item = TypeVar("Item")
Result = TypeVar("Result", covariant=True)
Setup = TypeVar("Setup")

AHEAD = 2
"""Items that a worker has at a time: the next one is there when it has done the first."""

MAX_DEATHS = 3
"""Worker processes that an item may cost before it is given up."""

MAX_STILLBORN = 5
"""Worker processes that may die in a row before they have begun."""


@dataclass(frozen=True)
class Failed:
    """An item that couldn't be done through no fault of its own; it may be tried again. `why` in words."""

    why: str


class WorkersError(Exception):
    """There are no workers to be had; the message says why, in one sentence."""


class Workers(Protocol[Item, Result]):
    """What does items of work."""

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Failed]]:
        """Every item with its result, in the order in which they get ready; takes few items ahead from the iterable.

        Raises WorkersError, and what the iterable raises.
        """


@contextmanager
def workers(
    make: Callable[[Setup], Callable[[Item], Result]], setup: Setup, jobs: int, dask: str | None = None
) -> Iterator[Workers[Item, Result]]:
    """At most `jobs` new processes, or those of the Dask cluster at the address `dask`, for as long as they are needed.

    `make` is a function of a module, called once in each of them with `setup`; what it returns does the items, one at a
    time. The processes hold what `make` imports and no more, and end with this one, however it ends. An exception that
    an item raises there makes it `Failed`. Raises WorkersError, also where `make` raises.
    """
    if dask is not None:
        from grader.classes.engine.cluster import cluster

        with cluster(make, setup, dask) as found:
            yield found
        return
    local = _Local(make, setup, jobs)
    try:
        yield local
    finally:
        local.close()


@dataclass
class _Task(Generic[Item]):
    item: Item
    deaths: int = 0


@dataclass(frozen=True)
class _Begun:
    """A worker's first answer: it is ready, or `make` raised."""

    error: str = ""


class _Local(Generic[Item, Result]):
    """Processes of this machine, each at the other end of a pipe of its own, so that a death has one item to blame."""

    def __init__(self, make: Callable[[Setup], Callable[[Item], Result]], setup: Setup, jobs: int) -> None:
        packed = pickle.dumps(setup)
        self._start: Callable[[int | None], _Worker[Item]] = lambda core: _Worker(make, packed, core)
        self._jobs = max(1, jobs)
        self._cores = shared_out(self._jobs)
        self._workers: list[_Worker[Item]] = []
        self._stillborn = 0

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Failed]]:
        fresh: Iterator[_Task[Item]] = (_Task(item) for item in items)
        again: deque[_Task[Item]] = deque()
        try:
            while True:
                self._hand_out(again, fresh)
                busy: dict[Any, _Worker[Item]] = {worker.connection: worker for worker in self._workers if worker.tasks}
                if not busy:
                    return
                for connection in wait(list(busy)):
                    worker = busy[connection]
                    try:
                        answer = worker.connection.recv()
                    except (EOFError, OSError):
                        yield from self._bury(worker, again)
                        continue
                    if isinstance(answer, _Begun):
                        if answer.error:
                            raise WorkersError(answer.error)
                        worker.begun, self._stillborn = True, 0
                    else:
                        yield worker.tasks.popleft().item, answer
        finally:
            for worker in [worker for worker in self._workers if worker.tasks]:
                # Nobody asks for its answers any more; the next run must not take them for its own.
                self._end(worker)

    def close(self) -> None:
        """Ends every process."""
        for worker in list(self._workers):
            self._end(worker)

    def _hand_out(self, again: deque[_Task[Item]], fresh: Iterator[_Task[Item]]) -> None:
        while (worker := self._free()) is not None:
            task = again.popleft() if again else next(fresh, None)
            if task is None:
                return
            if worker.tasks and len(self._workers) < self._jobs:
                worker = self._add()
            worker.give(task)

    def _add(self) -> _Worker[Item]:
        taken = Counter(worker.core for worker in self._workers)
        worker = self._start(min(self._cores, key=taken.__getitem__, default=None))
        self._workers.append(worker)
        return worker

    def _free(self) -> _Worker[Item] | None:
        if not self._workers:
            self._add()
        worker = min(self._workers, key=lambda each: len(each.tasks))
        return worker if len(worker.tasks) < AHEAD or len(self._workers) < self._jobs else None

    def _bury(self, worker: _Worker[Item], again: deque[_Task[Item]]) -> Iterator[tuple[Item, Failed]]:
        """Takes back what a dead worker had; the item that it was at comes last, or is given up."""
        status = self._end(worker)
        if not worker.begun:
            self._stillborn += 1
            if self._stillborn == MAX_STILLBORN:
                raise WorkersError(f"worker processes end before they have begun (status {status})")
            again.extend(worker.tasks)
            return
        task = worker.tasks.popleft()
        again.extend(worker.tasks)
        task.deaths += 1
        if task.deaths < MAX_DEATHS:
            again.append(task)
        else:
            yield task.item, Failed(f"{MAX_DEATHS} worker processes died of it (status {status})")

    def _end(self, worker: _Worker[Item]) -> int | None:
        self._workers.remove(worker)
        return worker.end()


class _Worker(Generic[Item]):
    """One process, on one `core` or on any, and what it has to do, in its order."""

    def __init__(self, make: Callable[[Any], Callable[[Item], object]], setup: bytes, core: int | None) -> None:
        self.core = core
        self.tasks: deque[_Task[Item]] = deque()
        self.begun = False
        # Not fork: PyTorch's threads would be missing in the child, and what they hold stays held.
        spawn = get_context("spawn")
        self.connection, theirs = spawn.Pipe()
        # Nothing large among the arguments: to write those, `start` would wait for ever for a process that dies.
        self._process = spawn.Process(target=_work, args=(theirs, make, core), daemon=True)
        with theirs, interrupts_held():
            self._process.start()
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._outbox.put(setup)
        # Its own thread, so that nobody waits for a process that isn't ready to read.
        self._sender = threading.Thread(target=_send, args=(self.connection, self._outbox), daemon=True)
        self._sender.start()

    def give(self, task: _Task[Item]) -> None:
        """Adds a task."""
        self.tasks.append(task)
        self._outbox.put(pickle.dumps(task.item))

    def end(self) -> int | None:
        """Ends the process, and returns its exit status; its sandbox ends with it."""
        self._process.kill()
        self._process.join()
        self._outbox.put(None)
        self._sender.join()
        self.connection.close()
        return self._process.exitcode


def _send(connection: Connection[Any, Any], outbox: SimpleQueue[bytes | None]) -> None:
    # From a process that is dead there comes nothing but the end of its pipe: that tells enough.
    with suppress(OSError):
        while (message := outbox.get()) is not None:
            connection.send_bytes(message)


def _work(
    connection: Connection[Any, Any], make: Callable[[Setup], Callable[[Item], object]], core: int | None
) -> None:
    """What a worker process does, until the main process hangs up or ends."""
    leave_interrupts_to_the_main_process()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    # Its own thread, so that the end of the main process is seen at once.
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    with kept_to(core):
        try:
            do = make(pickle.loads(inbox.get()))
        except Exception as error:
            connection.send(_Begun(said(error)))
            return
        connection.send(_Begun())
        while True:
            message = inbox.get()
            try:
                result = do(pickle.loads(message))
            except Exception as error:
                result = Failed(said(error))
            connection.send(result)


def _receive(connection: Connection[Any, Any], inbox: SimpleQueue[bytes]) -> None:
    try:
        while True:
            inbox.put(connection.recv_bytes())
    finally:
        os._exit(0)


def said(error: Exception) -> str:
    """An unexpected error as a reason."""
    return f"{type(error).__name__}: {error}"
