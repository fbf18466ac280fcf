"""What a notebook is made of, ready to run in one process, and what came of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, TypeAlias

from grader.sandbox.wire.records import Ending, Job, Reply, Spot


@dataclass(frozen=True)
class Cell:
    """A code cell: its source as it was typed, and the name that tracebacks give it.

    `seconds` is its wall-clock limit. A cell has one reply; if its last line is an expression, `value` is its result.
    """

    name: str
    source: str
    seconds: float
    replies: ClassVar[int] = 1


@dataclass(frozen=True)
class Trials:
    """An exercise's functions, as they are when the notebook gets there, on the trials of `job`, whose source is empty.

    `given` are the notebook's names for the functions, in the order of `job.functions`. There is a reply for each
    trial, and `job.seconds` is the wall-clock limit for all of them.
    """

    given: tuple[str, ...]
    job: Job

    @property
    def seconds(self) -> float:
        """The wall-clock limit."""
        return self.job.seconds

    @property
    def replies(self) -> int:
        """How many replies it has."""
        return len(self.job.trials)


Step: TypeAlias = Cell | Trials


@dataclass(frozen=True)
class NotebookJob:
    """The steps of one notebook, which share a namespace; `seconds` is the wall-clock limit for all of them."""

    steps: tuple[Step, ...]
    seconds: float


def file_jobs(job: Job | NotebookJob) -> list[Job]:
    """The jobs of a file's kind in a job: itself, or those of a notebook's exercises."""
    return [job] if isinstance(job, Job) else [step.job for step in job.steps if isinstance(step, Trials)]


def reply_count(job: Job | NotebookJob) -> int:
    """How many replies a job has."""
    return len(job.trials) if isinstance(job, Job) else sum(step.replies for step in job.steps)


def step_begin(job: Job | NotebookJob, answered: int) -> int:
    """How many replies had come when the step began that runs after so many: all trials of a file are one."""
    if isinstance(job, Job):
        return 0
    ends = [0, *accumulate(step.replies for step in job.steps)]
    return max(end for end in ends if end <= answered)


def sources(job: Job | NotebookJob) -> list[bytes]:
    """What a submission wrote, piece by piece."""
    if isinstance(job, Job):
        return [job.source]
    return [step.source.encode("utf-8", "surrogatepass") for step in job.steps if isinstance(step, Cell)]


@dataclass(frozen=True)
class NotebookRun:
    """What a notebook's job gave: for every step its replies, None where none came.

    `running` is the step in which the process died, or None if it reached the end; `printed` is what was printed there
    after the step's last reply. `place` is where a step that ran out of time was shortly before, if that is known.
    """

    replies: tuple[tuple[Reply | None, ...], ...]
    ending: Ending
    running: int | None = None
    printed: str = ""
    place: Spot | None = None
