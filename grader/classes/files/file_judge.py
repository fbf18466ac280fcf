"""What a worker process does with a submission: its sources in, verdicts out. It holds no PyTorch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from grader.authoring.seal import is_untouched
from grader.classes.benches import Portable
from grader.judging.bench import Bench
from grader.judging.judgement import again, judgement
from grader.judging.memory import Memory
from grader.judging.second_run import Again
from grader.judging.source import written_line
from grader.reference.upstream import TorchNeededError
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Isolation, Sandbox
from grader.sandbox.wire.records import Run
from grader.text.language import follow, language


@dataclass(frozen=True)
class FilesSetup:
    """What a worker needs for a class: the exercises, and how tightly submissions are held."""

    benches: tuple[Portable, ...]
    isolation: Isolation
    language: str = field(default_factory=language)


@dataclass(frozen=True)
class ChangedFile:
    """A file whose verdict is out of date, and the key under which its new one will be kept."""

    exercise: str
    source: bytes
    key: str


@dataclass(frozen=True)
class ChangedFiles:
    """What is to be judged of one submission."""

    submission: str
    files: tuple[ChangedFile, ...]


@dataclass(frozen=True)
class FileOutcome:
    """What came of one file: its verdict, or the run that only PyTorch can judge, and its `concern`."""

    seconds: float
    concern: str
    verdict: ExerciseResult | Run
    why: str = ""


class FileJudge:
    """Judges submissions, one fork for each exercise, so that no file's verdict depends on another file."""

    def __init__(self, setup: FilesSetup) -> None:
        benches = [each.bench() for each in setup.benches]
        self._benches = {bench.exercise.name: bench for bench in benches}
        self._untouched: dict[str, tuple[bytes, Run]] = {}
        self._memory: Memory[ExerciseResult] = Memory()
        follow(setup.language)
        self._sandbox = Sandbox(setup.isolation)
        self._sandbox.ready()

    def __call__(self, changed: ChangedFiles) -> tuple[FileOutcome, ...]:
        return tuple(self._outcomes(changed))

    def _outcomes(self, changed: ChangedFiles) -> Iterator[FileOutcome]:
        for each in changed.files:
            bench = self._benches[each.exercise]
            began = time.perf_counter()
            run = self._run(bench, each.source)
            verdict: ExerciseResult | Run = run
            with suppress(TorchNeededError):
                file = f"{changed.submission}/{bench.exercise.file}"
                line = written_line(each.source, bench.exercise)
                found = self._verdict(bench, run, again(bench, each.source, self._sandbox))
                verdict = replace(found, file=file, line=line)
            yield FileOutcome(time.perf_counter() - began, run.concern, verdict, run.ending.detail)

    def _verdict(self, bench: Bench, run: Run, again: Again) -> ExerciseResult:
        """The verdict on a run, whosever it is."""
        return self._memory.of(bench.exercise.name, run, again, lambda asked: judgement(bench, "", run, asked).result)

    def _run(self, bench: Bench, source: bytes) -> Run:
        """The run of one file; a stub that nobody has touched, of which a class has many, is run once.

        Only the last of each exercise is remembered, for anyone can seal a file of his own as a stub.
        """
        if not is_untouched(source.decode("utf-8", "replace")):
            return self._sandbox.run(bench.job(source))
        known = self._untouched.get(bench.exercise.name)
        if known is not None and known[0] == source:
            return known[1]
        run = self._sandbox.run(bench.job(source))
        if run.ending.kind == "finished":
            self._untouched[bench.exercise.name] = source, run
        return run
