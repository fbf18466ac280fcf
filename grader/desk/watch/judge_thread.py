"""A thread that judges: one task at a time, with a sandbox of its own and PyTorch loaded."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from queue import SimpleQueue

from grader.desk.watch.events import Done, Events, Failed, Source, Task
from grader.judging.bench import Bench
from grader.judging.judgement import judgement, run
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox

STUCK_SECONDS = 0.5
"""How long a submission runs before a new save no longer waits for it."""


class Judge:
    """Judges with `benches`, by exercise name, and says so to `events`; `folder` is the submission as it is shown."""

    def __init__(self, benches: Mapping[str, Bench], folder: str, events: Events) -> None:
        self.task: Task | None = None
        self._benches, self._folder, self._events = benches, folder, events
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._running_since = 0.0
        threading.Thread(target=self._work, daemon=True).start()

    def ask(self, task: Task) -> None:
        """Begins a task, once the one before is done."""
        self.task = task
        self._tasks.put(task)

    @property
    def is_stuck(self) -> bool:
        """Whether a submission has been running for long: in an endless loop, perhaps."""
        return bool(self._running_since) and time.monotonic() - self._running_since > STUCK_SECONDS

    def retire(self) -> None:
        """Lets it end by itself: the sandbox allows a submission a few seconds."""
        self._tasks.put(None)

    def _work(self) -> None:
        try:
            with Sandbox() as sandbox:
                while task := self._tasks.get():
                    result = None
                    if task.source is None:
                        prepare(self._benches[task.name])
                    else:
                        result = self._result(sandbox, self._benches[task.name], task.source)
                    self._events.put(Done(task, result, sandbox.ready()))
        except BaseException as error:
            self._events.put(Failed(error))

    def _result(self, sandbox: Sandbox, bench: Bench, source: Source) -> ExerciseResult:
        file = f"{self._folder}/{bench.exercise.file}"
        self._running_since = time.monotonic()
        ran = run(bench, source, sandbox)
        self._running_since = 0.0
        return judgement(bench, file, ran).result


def prepare(bench: Bench) -> None:
    """Computes what an exercise's first verdict would have to wait for."""
    assert bench.references
    for misconception in bench.predictions.bank:
        for case in bench.cases:
            bench.predictions.of(misconception, case)
