"""What runs jobs for the sandbox: the fork server, or a fresh interpreter for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from grader.sandbox.host.outcome import Remains
from grader.sandbox.wire.cells import NotebookJob
from grader.sandbox.wire.records import Job

Level: TypeAlias = Literal["full", "limits", "process"]
"""How tightly a submission is held: by Landlock and seccomp too, by limits, or by having a process of its own."""


class BackendError(Exception):
    """What runs jobs is gone or doesn't answer; the job may be none the worse for it."""


@dataclass(frozen=True)
class Ready:
    """The level in force, and why it is not "full"."""

    level: Level
    reason: str


class Backend(Protocol):
    """Runs jobs one at a time; begins to get ready when it is made, without keeping the caller waiting."""

    def ready(self) -> Ready:
        """Waits until it can run jobs. Raises BackendError if it doesn't get there."""

    def run(self, job: Job | NotebookJob) -> Remains:
        """What is left of the process that ran a job. Raises BackendError, and TypeError for what can't be sent."""

    def hang_up(self) -> None:
        """Ends the job that another thread waits for, and lets that have what is left of it."""

    def close(self) -> None:
        """Ends every process that it has; it can be closed twice."""
