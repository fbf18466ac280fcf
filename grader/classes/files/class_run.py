"""A class of .py submissions: workers judge what is out of date, and everything is read back from the journal."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, TypeAlias

from grader.classes.benches import Portable
from grader.classes.engine import fingerprint
from grader.classes.engine.journal import Journal
from grader.classes.engine.processes import workforce
from grader.classes.engine.work import NotDone, Workforce
from grader.classes.files.file_judge import ChangedFile, ChangedFiles, FileJudge, FileOutcome, FilesSetup
from grader.classes.files.submission_folders import SubmissionFolder
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import judgement, placed
from grader.judging.source import read
from grader.judging.unmarked import unread_result
from grader.results import ExerciseResult, Finding, SubmissionResult, seed_fingerprint
from grader.sandbox.host.source_file import SubmissionFileError, UnopenedFile
from grader.sandbox.host.worker import Isolation
from grader.sandbox.wire.records import Run

Source: TypeAlias = "bytes | SubmissionFileError"

News: TypeAlias = Literal["kept", "graded", "failed", "timed out"]
"""What became of a submission: known from before, judged, not judged, or judged with a time-out."""

WORST_FIRST: tuple[News, ...] = ("failed", "timed out", "graded", "kept")

MAX_REASONS = 1000
"""How many submissions' reasons for not having been judged are kept."""


@dataclass(frozen=True)
class Class:
    """Submissions to be judged, and how: by `jobs` processes of this machine, or by the Dask cluster at `dask`."""

    submissions: Sequence[SubmissionFolder]
    exercises: Sequence[Exercise]
    seed: int
    isolation: Isolation
    jobs: int
    dask: str | None = None


@dataclass(frozen=True)
class SubmissionRecord:
    """A whole submission's results as JSON, and its wall seconds.

    `concerns` says by exercise why a person should look at it; `findings` and `notes` are those on each exercise.
    """

    record: dict[str, Any]
    seconds: float
    concerns: dict[str, str]
    findings: dict[str, tuple[Finding, ...]]
    notes: dict[str, tuple[str, ...]]


class ClassRun:
    """One run over a class. `reasons` tell why submissions could not be judged."""

    def __init__(self, group: Class, journal: Journal, tell: Callable[[News], None]) -> None:
        self.group = group
        self.journal = journal
        self.tell = tell
        self.reasons: dict[str, str] = {}
        self._benches = {exercise.name: Bench(exercise, group.seed) for exercise in group.exercises}

    def judge(self) -> None:
        """Judges what the journal doesn't know yet. Raises WorkersError."""
        to_do = self._to_do()
        if (first := next(to_do, None)) is None:
            return
        group = self.group
        setup = FilesSetup(tuple(map(Portable.of, self._benches.values())), group.isolation)
        with workforce(FileJudge, setup, group.jobs, group.dask) as running:
            again: list[ChangedFiles] = []
            for changed, outcomes in running.run(chain([first], to_do)):
                if isinstance(outcomes, NotDone) and len(changed.files) > 1:
                    again.append(changed)
                else:
                    self.tell(self._take(changed, outcomes))
            self._judge_apart(again, running)

    def _judge_apart(
        self, several: Sequence[ChangedFiles], running: Workforce[ChangedFiles, tuple[FileOutcome, ...]]
    ) -> None:
        """Judges each file of submissions by itself, so that the one that nobody can judge costs no other."""
        news: defaultdict[str, set[News]] = defaultdict(set)
        items = (ChangedFiles(each.submission, (file,)) for each in several for file in each.files)
        for changed, outcomes in running.run(items):
            news[changed.submission].add(self._take(changed, outcomes))
        for each in news.values():
            self.tell(next(kind for kind in WORST_FIRST if kind in each))

    def _take(self, changed: ChangedFiles, outcomes: tuple[FileOutcome, ...] | NotDone) -> News:
        if not isinstance(outcomes, NotDone):
            return self._keep(changed, outcomes)
        self._fail(changed.submission, f"{changed.files[0].exercise}: {outcomes.why}")
        return "failed"

    def results(self) -> Iterator[tuple[str, SubmissionRecord | None]]:
        """Every submission with its results, in their order; None for one that could not be judged, or not wholly."""
        for submission in self.group.submissions:
            records = self.journal.records(submission.name)
            if any(exercise.name not in records for exercise in self.group.exercises):
                yield submission.name, None
                continue
            entries = {exercise.name: json.loads(records[exercise.name]) for exercise in self.group.exercises}
            yield submission.name, self._record(submission.name, entries)

    def judged(self, submission: str) -> dict[str, dict[str, Any]]:
        """The results, by exercise, that there are of a submission which could not wholly be judged."""
        return {name: json.loads(entry)["result"] for name, entry in self.journal.records(submission).items()}

    def _to_do(self) -> Iterator[ChangedFiles]:
        """What workers have to judge; of every other submission there is news at once."""
        for submission in self.group.submissions:
            name = submission.name
            sources, closed = read_sources(submission, self.group.exercises)
            if closed:
                # That is no verdict, and none may be left of what could be opened earlier.
                for part in self.journal.keys(name):
                    self.journal.forget(name, part)
                self._fail(name, closed)
                self.tell("failed")
                continue
            changed = self._changed(name, sources)
            files = tuple(file for each in changed if (file := self._take_up(name, *each)))
            if files:
                yield ChangedFiles(name, files)
            else:
                self.tell("graded" if changed else "kept")

    def _changed(self, submission: str, sources: Iterable[Source]) -> list[tuple[Exercise, Source, str]]:
        """What has no verdict in the journal, as it is now: each exercise with its source and its key."""
        known = self.journal.keys(submission)
        return [
            (exercise, source, key)
            for exercise, source in zip(self.group.exercises, sources, strict=True)
            if known.get(exercise.name) != (key := self._key(exercise, source))
        ]

    def _take_up(self, submission: str, exercise: Exercise, source: Source, key: str) -> ChangedFile | None:
        """The file for the workers, or None for one that can't be read: its verdict is written down."""
        if isinstance(source, SubmissionFileError):
            result = unread_result(exercise, f"{submission}/{exercise.file}", source)
            self._write(submission, key, result, 0.0, "unreadable" if result.status == "error" else "")
            return None
        # What has changed has no verdict, until it has a new one.
        self.journal.forget(submission, exercise.name)
        return ChangedFile(exercise.name, source, key)

    def _key(self, exercise: Exercise, source: Source) -> str:
        content = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else ("unread", str(source))
        parts = (content, fingerprint.of_exercise(exercise), seed_fingerprint(self.group.seed), self.group.isolation)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _keep(self, changed: ChangedFiles, outcomes: Sequence[FileOutcome]) -> News:
        submission = changed.submission
        news: News = "graded"
        for file, outcome in zip(changed.files, outcomes, strict=True):
            if outcome.concern == "infrastructure":
                self._fail(submission, f"{file.exercise}: {outcome.why}")
                news = "failed"
                continue
            bench, result = self._benches[file.exercise], outcome.verdict
            if isinstance(result, Run):
                made = judgement(bench, f"{submission}/{bench.exercise.file}", result)
                result = placed(made, file.source).result
            self._write(submission, file.key, result, outcome.seconds, outcome.concern)
            if result.status == "timeout" and news == "graded":
                news = "timed out"
        return news

    def _write(self, submission: str, key: str, result: ExerciseResult, seconds: float, concern: str) -> None:
        entry = {
            # The JSON's points are rounded; a sum of them would be another one than `pytest grader` gives.
            "points": result.points,
            "seconds": round(seconds, 3),
            "concern": concern,
            "result": result.to_json(),
            "findings": [finding.to_json() for finding in result.findings],
            "notes": result.notes,
        }
        self.journal.put(submission, result.name, key, json.dumps(entry))

    def _fail(self, submission: str, why: str) -> None:
        if len(self.reasons) < MAX_REASONS:
            self.reasons.setdefault(submission, why)

    def _record(self, submission: str, entries: dict[str, Any]) -> SubmissionRecord:
        whole = SubmissionResult(submission, self.group.seed, self.group.isolation, ())
        record = whole.to_json() | {
            "points": round(sum(entry["points"] for entry in entries.values()), 6),
            "max_points": sum(exercise.points for exercise in self.group.exercises),
            "exercises": [entry["result"] for entry in entries.values()],
        }
        return SubmissionRecord(
            record,
            sum(entry["seconds"] for entry in entries.values()),
            {name: entry["concern"] for name, entry in entries.items() if entry["concern"]},
            {name: tuple(map(Finding.from_json, entry.get("findings", ()))) for name, entry in entries.items()},
            {name: tuple(entry.get("notes", ())) for name, entry in entries.items()},
        )


def read_sources(submission: SubmissionFolder, exercises: Iterable[Exercise]) -> tuple[list[Source], str]:
    """What was handed in for each exercise; and why a submission can't be judged, if it can't be opened as it is."""
    if submission.closed:
        return [], submission.closed
    try:
        with submission.opened() as folder:
            sources = [read(folder, exercise) for exercise in exercises]
    except SubmissionFileError as error:
        return [], str(error).rstrip(".")
    return sources, next((str(source).rstrip(".") for source in sources if isinstance(source, UnopenedFile)), "")
