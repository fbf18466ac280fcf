"""A notebook's steps run again without whatever its process died in, so that a death costs only its own exercise."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import NotebookJob, Step
from grader.sandbox.wire.records import Ending, Reply, Spot

Replies: TypeAlias = tuple[Reply | None, ...]

NOT_REACHED = Ending("timeout", "not reached")
"""The ending of a step that never ran, for the notebook had no time or no more runs left."""


class JudgingError(Exception):
    """A notebook that couldn't be run, through no fault of the student's; it may be judged again."""


@dataclass(frozen=True)
class Limits:
    """Wall-clock seconds for one cell, and for a notebook with all its runs; and how often it is run at most.

    An exercise's check has the exercise's own limit.
    """

    cell: float = 10.0
    notebook: float = 120.0
    runs: int = 6


@dataclass(frozen=True)
class Steps:
    """What came of a notebook's steps, by their numbers: replies, and endings for those the process died in.

    `printed` is what was printed there after the last reply, `places` where those were that ran out of time.
    """

    replies: Mapping[int, Replies]
    endings: Mapping[int, Ending]
    printed: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, Spot] = field(default_factory=dict)

    def all_printed(self, number: int) -> str:
        """What was printed in a step, from its beginning."""
        return "".join(each.printed for each in self.replies[number] if each) + self.printed.get(number, "")


def run_steps(sandbox: Sandbox, steps: Mapping[int, Step], limits: Limits) -> Steps:
    """Runs the steps in their order. Raises JudgingError."""
    deadline = time.monotonic() + limits.notebook
    endings: dict[int, Ending] = {}
    replies: dict[int, Replies] = {}
    printed: dict[int, str] = {}
    places: dict[int, Spot] = {}
    for _ in range(limits.runs):
        numbers = [number for number in steps if number not in endings]
        seconds = max(deadline - time.monotonic(), 0.1)
        run = sandbox.run_notebook(NotebookJob(tuple(steps[number] for number in numbers), seconds))
        if run.ending.kind == "infrastructure":
            raise JudgingError(f"the notebook could not be run: {run.ending.detail}")
        replies |= zip(numbers, run.replies, strict=True)
        if run.running is None:
            return Steps(replies, endings, printed, places)
        endings[numbers[run.running]] = run.ending
        printed[numbers[run.running]] = run.printed
        if run.place:
            places[numbers[run.running]] = run.place
        if time.monotonic() >= deadline:
            break
    unreached = {number: NOT_REACHED for number, each in replies.items() if None in each}
    return Steps(replies, unreached | endings, printed, places)
