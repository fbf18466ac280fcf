"""What can happen while files are watched: it all comes to the main thread, which alone decides and draws."""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal, TypeAlias

from grader.results import ExerciseResult
from grader.sandbox.host.backend import Ready
from grader.sandbox.host.source_file import SubmissionFileError

Source: TypeAlias = "bytes | SubmissionFileError"


@dataclass(frozen=True)
class Key:
    """A key was pressed."""

    character: str


@dataclass(frozen=True)
class Saved:
    """Files of these exercises have appeared, changed or gone; or nothing is known of what has happened to them."""

    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Task:
    """An exercise to judge as it was read, or without a source only to be prepared for. No two are the same."""

    name: str
    source: Source | None = None


@dataclass(frozen=True)
class Done:
    """A task is done. `result` is its verdict, if it asked for one, in a sandbox that is `ready`."""

    task: Task
    result: ExerciseResult | None
    ready: Ready


@dataclass(frozen=True)
class Failed:
    """Something of the grader's own has failed."""

    error: BaseException


@dataclass(frozen=True)
class Signal:
    """The system, or the terminal, wants something; `status` is the exit status to quit with."""

    wants: Literal["quit", "suspend", "resize"]
    status: int = 0


Event: TypeAlias = Key | Saved | Done | Failed | Signal

# Unlike Queue, it can be put into by a signal handler that interrupts the thread which takes from it.
Events: TypeAlias = "SimpleQueue[Event]"
