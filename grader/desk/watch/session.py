"""What is known of a submission while it is watched, and what is to be done next."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.desk.watch.events import Done, Events, Source, Task
from grader.desk.watch.judge_thread import Judge
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.source import read
from grader.report.screen import Desk
from grader.results import ExerciseResult, SubmissionResult
from grader.sandbox.host.backend import Ready
from grader.sandbox.host.source_file import SubmissionFileError

PATIENCE = 0.3
"""Seconds for which a screen stays as it is when its verdict is on the way: most come sooner."""


class Session:
    """The exercises in `directory`, called `shown`, judged with the cases of `seed`; `current` is looked at first."""

    def __init__(self, directory: Path, shown: str, current: str, seed: int, events: Events) -> None:
        self.benches = {each.name: Bench(each, seed) for each in catalog.every()}
        self.current = current
        self._directory, self._shown, self._seed, self._events = directory, shown, seed, events
        self._sources: dict[str, Source] = {}
        self._results: dict[str, ExerciseResult] = {}
        self._judged_at: dict[str, str] = {}
        self._hints = dict.fromkeys(self.benches, 0)
        self._everything = False
        self._pending: dict[str, Source] = {}
        self._since: dict[str, float] = {}
        self._unprepared = list(self.benches)
        self._ready = Ready("full", "")
        self._judge = Judge(self.benches, shown, events)
        self.saved(tuple(self.benches))

    def saved(self, names: tuple[str, ...]) -> None:
        """Reads files that may have changed; the one that was saved is looked at from now on."""
        found = {name: self._read(name) for name in names}
        changed = {name: new for name, new in found.items() if _content(new) != _content(self._sources.get(name))}
        if self.current not in names:
            self.current = names[0]
        if self.current in changed:
            self._everything = False
        self._want(changed)

    def key(self, character: str) -> None:
        """Does what a key says, if it says anything."""
        again = character in ("\r", "\n") and not self._everything
        if character in ("\r", "\n", "h", "n", "p"):
            self._everything = False
        if again:
            self._want({self.current: self._read(self.current)})
        elif character == "a":
            self._everything = True
            self._want({name: self._read(name) for name in self.benches})
        elif character in ("n", "p"):
            self.current = self.desk().beside(1 if character == "n" else -1)
        elif character == "h":
            self._hints[self.current] = min(self._hints[self.current] + 1, len(self._exercise.hints))

    def done(self, event: Done) -> None:
        """Keeps a verdict, unless its file has changed meanwhile."""
        if event.task is not self._judge.task:
            return
        self._judge.task, self._ready = None, event.ready
        name = event.task.name
        if event.result and name not in self._pending:
            self._results[name] = event.result
            self._judged_at[name] = time.strftime("%H:%M:%S")
            del self._since[name]
            if event.result.status == "passed":
                self._hints[name] = 0

    def work(self) -> None:
        """Gives the judge its next task: what is looked at, then the rest, then what can be prepared."""
        if self._judge.task:
            return
        if self._pending:
            name = self.current if self.current in self._pending else next(iter(self._pending))
            self._judge.ask(Task(name, self._pending.pop(name)))
        elif self._unprepared:
            self._judge.ask(Task(self._unprepared.pop(0)))

    @property
    def is_settled(self) -> bool:
        """Whether there is something new to show: not while a verdict is on the way, unless it takes its time."""
        since = None if self._everything else self._since.get(self.current)
        return since is None or time.monotonic() - since > PATIENCE

    def desk(self) -> Desk:
        """What is to be seen."""
        exercise = self._exercise
        results = tuple(self._results[name] for name in self.benches if name in self._results)
        chapters = {
            title: tuple(name for name in self.benches if name in names) for title, names in catalog.chapters().items()
        }
        return Desk(
            chapters=chapters,
            judged=SubmissionResult(self._shown, self._seed, self._ready.level, results),
            maximum=sum(bench.exercise.points for bench in self.benches.values()),
            current=self.current,
            file=f"{self._shown}/{exercise.file}",
            hints=exercise.hints,
            shown=self._hints[self.current],
            waiting=self._waiting(),
            state=f"judged at {self._judged_at[self.current]}" if self.current in self._judged_at else "",
            notices=tuple(self._notices()),
            everything=self._everything,
        )

    @property
    def _exercise(self) -> Exercise:
        return self.benches[self.current].exercise

    def _read(self, name: str) -> Source:
        return read(self._directory, self.benches[name].exercise)

    def _want(self, sources: dict[str, Source]) -> None:
        """Puts what is to be judged before everything else; what has been running for long is put off."""
        task = self._judge.task
        if sources and task and self._judge.is_stuck:
            self._judge.retire()
            self._judge = Judge(self.benches, self._shown, self._events)
            if task.source is not None and task.name not in self._pending:
                self._pending[task.name] = task.source
        self._sources |= sources
        self._pending = sources | {name: each for name, each in self._pending.items() if name not in sources}
        self._since |= dict.fromkeys(sources, time.monotonic())

    def _waiting(self) -> str:
        if self._everything:
            return f"judging: {len(self._since)} to go" if self._since else ""
        if self.current not in self._since:
            return ""
        seconds = int(time.monotonic() - self._since[self.current])
        return "being judged" + (f", {seconds} s so far" if seconds else "")

    def _notices(self) -> Iterator[str]:
        if self._ready.level != "full":
            yield f"isolation {self._ready.level}: {self._ready.reason}"
        if self._seed != DEFAULT_SEED:
            yield f"seed {self._seed}"
        # Path.is_dir raises what this has an answer for.
        if not os.path.isdir(self._directory):
            yield f"There is no folder {self._shown} any more; when it is back, it is watched again."
        elif not os.access(self._directory, os.R_OK | os.X_OK):
            yield f"The folder {self._shown} can't be read; when it can be, it is watched again."


def _content(source: Source | None) -> bytes | str | None:
    return str(source) if isinstance(source, SubmissionFileError) else source
