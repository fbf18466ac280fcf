"""What is known of a submission while someone looks at it: its files as they are, and the verdicts on them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.catalog.outside import SpecError
from grader.desk.kept_answers import KeptAnswers
from grader.desk.last_verdicts import LastVerdicts
from grader.desk.live.changes import follow
from grader.desk.live.threads import JudgeThreads, Post, Rank, begin
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judge
from grader.judging.source import read
from grader.judging.unmarked import unmarked_result
from grader.results import ExerciseResult, Finding, SubmissionResult
from grader.sandbox.host.backend import Level, Ready
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox
from grader.text.language import say

Source: TypeAlias = "bytes | SubmissionFileError"
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Save:
    """A file as it was read, and when. No two are the same, whatever is in them."""

    source: Source
    moment: float = field(default_factory=time.monotonic)

    @property
    def content(self) -> bytes | str:
        """What tells one version from another."""
        return str(self.source) if isinstance(self.source, SubmissionFileError) else self.source


@dataclass(frozen=True)
class Verdict(Generic[T]):
    """The verdict on a save, reached in a sandbox that was `ready`, and the `view` that is had of it."""

    save: Save
    result: ExerciseResult
    view: T
    ready: Ready


class Session(Generic[T]):
    """The exercises in `directory`, called `folder`, judged with the cases of `seed`.

    Everything but the judging itself is done in one thread, to which `post` leads. `view` makes of a judgement what is
    to be seen of it, in the thread that has judged. `tell` is called with an exercise that has a new verdict, or whose
    verdict is no longer about what is saved. What is judged is the user's `own` work or somebody else's, as for
    `KeptAnswers`.
    """

    def __init__(
        self,
        directory: Path,
        folder: str,
        seed: int,
        own: bool,
        threads: JudgeThreads,
        post: Post,
        view: Callable[[Bench, Judgement], T],
        tell: Callable[[str], object],
    ) -> None:
        self._answers = KeptAnswers(own, lambda: self._level)
        self.benches = {each.name: self._answers.bench(each, seed) for each in catalog.every()}
        self.folder = folder
        self.saves: dict[str, Save] = {}
        self.verdicts: dict[str, Verdict[T]] = {}
        self._directory, self._seed, self._threads = directory, seed, threads
        self._post, self._view, self._tell = post, view, tell
        self._last = LastVerdicts(directory) if own else None
        self._ready: Ready | None = None

    def follow(self, report: Callable[[tuple[str, ...]], object]) -> None:
        """Reports the exercises whose files may have changed, at once all of them."""
        report(tuple(self.benches))
        files = {bench.exercise.file: name for name, bench in self.benches.items()}
        begin(lambda: follow(self._directory, files, lambda names: self._post(partial(report, names))), self._post)

    def look_at(self, name: str) -> None:
        """Has an exercise judged before the others."""
        self._threads.first = name

    def update(self, names: Iterable[str], again: bool = False) -> set[str]:
        """Reads files, and has those judged that have changed, or all of them `again`; returns their exercises."""
        saves = {name: Save(self.read(name)) for name in names}
        changes = {
            name: save
            for name, save in saves.items()
            if again or name not in self.saves or save.content != self.saves[name].content
        }
        self.saves |= changes
        for name, save in changes.items():
            if name in self.verdicts:
                self._tell(name)
            self._submit(name, partial(self._judge, name, save), Rank.VERDICT)
        return set(changes)

    def prepare(self) -> None:
        """Has computed, once there is nothing to judge, what a first verdict would have to wait for."""
        for name, bench in self.benches.items():
            self._submit(name, partial(self._prepare, bench), Rank.PREPARATION)

    def compute(self, name: str, work: Callable[[Sandbox], R]) -> Future[R]:
        """What `work` will give for a case of an exercise."""
        return self._threads.submit(name, partial(self._guarded, work), Rank.CASE)

    def search(self, work: Callable[[Sandbox], R]) -> R:
        """What `work` gives, at once and in this thread, in a sandbox of its own: no verdict waits for it."""
        with self._threads.new_sandbox() as sandbox:
            return self._guarded(work, sandbox)

    def end(self) -> None:
        """Ends what runs, writes nothing down any more, and forgets what a submission may have put into the store."""
        self._threads.give_up()
        is_loose = self._threads.is_loose
        if is_loose:
            self._threads.close()
        self._answers.give_up(is_loose)

    def read(self, name: str) -> Source:
        """An exercise's file as it is now."""
        return read(self._directory, self.benches[name].exercise)

    def file(self, name: str) -> str:
        """What an exercise's file is called."""
        return f"{self.folder}/{self.benches[name].exercise.file}"

    def is_waiting(self, name: str) -> bool:
        """Whether there is no verdict on what is saved."""
        return name not in self.verdicts or self.verdicts[name].save is not self.saves[name]

    @property
    def waiting(self) -> list[str]:
        """The exercises without a verdict on what is saved."""
        return list(filter(self.is_waiting, self.saves))

    @property
    def results(self) -> SubmissionResult:
        """The verdicts so far."""
        results = tuple(self.verdicts[name].result for name in self.benches if name in self.verdicts)
        return SubmissionResult(self.folder, self._seed, self._level, results)

    @property
    def _level(self) -> Level:
        """The level in force; until it is known, the loosest, of which nothing is believed."""
        return self._ready.level if self._ready else "process"

    @property
    def notices(self) -> Iterator[str]:
        """What there is to know of the submission as a whole."""
        if self._ready and self._ready.level != "full":
            yield f"isolation {self._ready.level}: {self._ready.reason}"
        if self._seed != DEFAULT_SEED:
            yield f"seed {self._seed}"
        # Path.is_dir raises what this has an answer for.
        if not os.path.isdir(self._directory):
            yield say("There is no folder {folder} any more; when it is back, it is watched again.", folder=self.folder)
        elif not os.access(self._directory, os.R_OK | os.X_OK):
            yield say("The folder {folder} can't be read; when it can be, it is watched again.", folder=self.folder)

    def _submit(self, name: str, work: Callable[[Sandbox], Verdict[T] | None], rank: Rank) -> None:
        """Has something done; a verdict that comes of it is kept, and what goes wrong is raised where `post` leads."""
        outcome = self._threads.submit(name, partial(self._guarded, work), rank)

        def post(outcome: Future[Verdict[T] | None]) -> None:
            if not outcome.cancelled():
                self._post(lambda: self._keep(name, outcome.result()))

        outcome.add_done_callback(post)

    def _guarded(self, work: Callable[[Sandbox], R], sandbox: Sandbox) -> R:
        """What `work` gives; what a submission may have put into the store by then is forgotten."""
        try:
            return work(sandbox)
        finally:
            self._answers.guard()

    def _judge(self, name: str, save: Save, sandbox: Sandbox) -> Verdict[T] | None:
        if self.saves[name] is not save:
            return None
        bench, ready = self.benches[name], sandbox.ready()
        self._ready = ready
        try:
            judgement = judge(bench, self.file(name), save.source, sandbox)
        except SpecError as error:
            why = Finding(f"{name} can't be judged: {error}")
            judgement = Judgement(bench.exercise, unmarked_result(bench.exercise, self.file(name), "error", why))
        # Of a broken spec not every view can be had.
        with suppress(SpecError):
            return Verdict(save, judgement.result, self._view(bench, judgement), ready)
        return None

    def _prepare(self, bench: Bench, sandbox: Sandbox) -> None:
        self._ready = sandbox.ready()
        with suppress(SpecError):
            assert bench.references
            for misconception in bench.predictions.bank:
                for case in bench.cases:
                    bench.predictions.of(misconception, case)
        self._keep_answers(sandbox)

    def _keep_answers(self, sandbox: Sandbox) -> None:
        """Keeps what was asked for and found, unless a submission runs that could write there meanwhile."""
        self._ready = sandbox.ready()
        if self._level == "full" or self._threads.are_idle:
            self._answers.keep()

    def _keep(self, name: str, verdict: Verdict[T] | None) -> None:
        """Keeps a verdict, unless a later save has overtaken it."""
        if verdict and verdict.save is self.saves[name]:
            self.verdicts[name] = verdict
            if self._last and isinstance(verdict.save.source, bytes):
                self._last.keep([verdict.result], {name: verdict.save.source})
            self._tell(name)
            self._submit(name, self._keep_answers, Rank.PREPARATION)
