"""Threads that run submissions, a sandbox each; no exercise can keep the others waiting."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.sandbox.host.worker import Sandbox

WORKERS = 3
"""What runs into its time limit keeps one, and the others go on."""

MOST_AT_ONCE = 2
"""Of one exercise: a version that is saved now needn't wait for the one before, which may never end."""

T = TypeVar("T")


@dataclass(frozen=True)
class _Task:
    """What is to be done in a sandbox, and who waits for what comes of it."""

    work: Callable[[Sandbox], Any]
    done: Future[Any]


class Workers:
    """Does the work of several exercises, at most `MOST_AT_ONCE` of each at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, deque[_Task]] = defaultdict(deque)
        self._running: Counter[str] = Counter()
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(WORKERS, initializer=self._prepare)

    def submit(self, name: str, work: Callable[[Sandbox], T], is_urgent: bool = False) -> Future[T]:
        """What `work` will give; it waits for others of the exercise `name`, or is the next of them if it is urgent."""
        task = _Task(work, Future())
        with self._lock:
            waiting = self._waiting[name]
            if is_urgent:
                waiting.appendleft(task)
            else:
                waiting.append(task)
            if self._running[name] < MOST_AT_ONCE:
                self._running[name] += 1
                self._threads.submit(self._work, name)
        return task.done

    def _prepare(self) -> None:
        self._own.sandbox = Sandbox()

    def _work(self, name: str) -> None:
        """Does one task, and lets the other exercises go first before the next of this one."""
        with self._lock:
            if not self._waiting[name]:
                self._running[name] -= 1
                return
            task = self._waiting[name].popleft()
        if task.done.set_running_or_notify_cancel():
            try:
                task.done.set_result(task.work(self._own.sandbox))
            except BaseException as error:
                task.done.set_exception(error)
        self._threads.submit(self._work, name)
