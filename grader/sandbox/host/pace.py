"""How far a notebook's process has come, told by what it has written; and when its present step has taken too long."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.cells import NotebookJob, Step
from grader.sandbox.wire.messages import PLACE
from grader.sandbox.wire.records import Job

_FIRST = 2
"""The frames before the first reply: start, loaded."""


class Pace:
    """Watches the steps of one job; what a process forges here can only harm itself."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._limits = [step.seconds for step in steps]
        self._ends = [_FIRST + frames for frames in accumulate(step.replies for step in steps)]
        self._frames = 0
        self._offset = 0
        self._step = 0
        self._since = time.monotonic()

    def deadline(self, replies: bytes | bytearray) -> float:
        """When the step that is running must be over, on the monotonic clock; `replies` is all that was written."""
        while len(replies) - self._offset >= wire.PREFIX.size:
            prefix = bytes(replies[self._offset : self._offset + wire.PREFIX.size])
            end = self._offset + wire.PREFIX.size + wire.size_after(prefix)
            if end > len(replies):
                break
            begin = self._offset + wire.PREFIX.size
            # That says where a step is, and ends none.
            self._frames += replies[begin : begin + len(PLACE)] != PLACE
            self._offset = end
        step = bisect_right(self._ends, self._frames)
        if step != self._step:
            self._step, self._since = step, time.monotonic()
        # After the last step the process has a moment to end.
        return self._since + (self._limits[step] if step < len(self._limits) else 1.0)


def pace_of(job: Job | NotebookJob) -> Pace | None:
    """The pace of a notebook's job, from now on; a file's has none."""
    return Pace(job.steps) if isinstance(job, NotebookJob) else None
