"""An exercise and a submission make a result; the only module that knows the whole way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cases import DEFAULT_SEED, Case, cases
from grader.exercise import Exercise
from grader.judging.answers import observe
from grader.judging.comparison import Row
from grader.judging.diagnosis import Predictions
from grader.judging.findings import errored, run_ended
from grader.judging.marks import check_names, mark, rows
from grader.reference.oracle import Following, Reference, following, reference
from grader.results import Check, ExerciseResult, Finding, Status
from grader.sandbox.host.source_file import MissingFile, SubmissionFileError, read_submission
from grader.sandbox.wire.records import Job, Reply, Run, Trial

if TYPE_CHECKING:
    from grader.graph.diagram import Graph

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")


@dataclass(frozen=True)
class Bench:
    """An exercise with its cases and references for one seed: computed once, used for every submission."""

    exercise: Exercise
    seed: int = DEFAULT_SEED
    following: Following = field(default=following, repr=False)
    graphs: Mapping[int, Graph] | None = field(default=None, repr=False, compare=False)
    """Computation graphs of some of its cases, by number, where PyTorch is not to be asked for them."""

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """All its cases; needs no torch."""
        return cases(self.exercise, self.seed)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """PyTorch's answer to each case."""
        return tuple(reference(self.exercise, case) for case in self.cases)

    @cached_property
    def expected(self) -> Mapping[str, Row]:
        """The references once more, gradient by gradient."""
        return rows(self.exercise, self.cases, self.references)

    @cached_property
    def predictions(self) -> Predictions:
        """What each misconception gives in each case."""
        return Predictions(self.exercise, self.following)

    @cached_property
    def _trials(self) -> tuple[Trial, ...]:
        return tuple(Trial(case.inputs, case.dout, case.layout) for case in self.cases)

    def job(self, source: bytes) -> Job:
        """What the sandbox is to run for a submission's source."""
        exercise = self.exercise
        return Job(
            file=exercise.file,
            source=source,
            driver=exercise.driver or ("pair" if exercise.is_pair else "calls"),
            functions=exercise.functions,
            calls=tuple((call.function, call.arguments, call.result) for call in exercise.calls),
            trials=self._trials,
            seconds=exercise.seconds,
        )


def judge(bench: Bench, file: str, run: Run) -> ExerciseResult:
    """The verdict on what the sandbox brought back of one submission's `file`.

    Raises TorchNeededError for a bench whose `following` does.
    """
    exercise = bench.exercise
    if run.error:
        return unmarked(exercise, file, "error", errored(exercise, run.error, run.printed))
    if run.ending.kind != "finished":
        status: Status = "timeout" if run.ending.kind == "timeout" else "error"
        return unmarked(exercise, file, status, run_ended(exercise, bench.cases, run))
    if (reply := _failing_alike(run)) and reply.error:
        if reply.error.kind == "not-written":
            return unmarked(exercise, file, "not-started")
        return unmarked(exercise, file, "error", errored(exercise, reply.error, reply.printed, bench.cases[0]))
    observations = observe(exercise, bench.cases, bench.references, run.replies)
    return mark(exercise, file, observations, bench.expected, bench.predictions, bench.following)


def _failing_alike(run: Run) -> Reply | None:
    """The first reply, if every one is an error of one kind, with no answer beside it."""
    replies = [reply for reply in run.replies if reply is not None]
    kinds = {(reply.error.kind, reply.error.stage, reply.error.type) if reply.error else None for reply in replies}
    answers = any(set(reply.results) - {"out", "changed"} for reply in replies)
    return replies[0] if len(kinds) == 1 and None not in kinds and not answers else None


def read(directory: Path, exercise: Exercise) -> bytes | SubmissionFileError:
    """A submission's file for an exercise, or why it can't be read."""
    file = exercise.file
    try:
        source = read_submission(directory, file)
    except SubmissionFileError as error:
        return error
    # With a coding cookie Python decodes it, in the sandbox: a codec is code, too.
    if not any(_COOKIE.match(line) for line in source.splitlines()[:2]):
        try:
            source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place = f"line {source.count(10, 0, error.start) + 1} has the byte 0x{source[error.start]:02x}"
            return SubmissionFileError(f"{file} isn't UTF-8 text: {place}; save it as UTF-8.")
    return source


def judge_unread(exercise: Exercise, file: str, error: SubmissionFileError) -> ExerciseResult:
    """The verdict on a file that is missing or not fit to be read."""
    status: Status = "missing" if isinstance(error, MissingFile) else "error"
    return unmarked(exercise, file, status, Finding(str(error).rstrip(".")))


def unmarked(exercise: Exercise, file: str, status: Status, *findings: Finding) -> ExerciseResult:
    """The result of an exercise that can't be judged check by check: no points, and why."""
    message = findings[0].headline if findings else "not started"
    checks = tuple(
        Check(name, "skipped" if status == "not-started" else "failed", 0.0, points, message)
        for name, points in check_names(exercise).items()
    )
    return ExerciseResult(exercise.name, file, exercise.source, status, 0.0, exercise.points, checks, findings)
