"""Says where a submission is when its time is nearly over: the line of an endless loop."""

from __future__ import annotations

import linecache
import math
import signal
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from types import FrameType

from grader.sandbox.wire.caps import MAX_LINE
from grader.sandbox.wire.cells import NotebookJob
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import encode_place
from grader.sandbox.wire.records import Job, Spot

SHARE = 0.8
"""Of a wall-clock limit, after which it is said; a twentieth of the limit later again, if nobody was there."""

AGAIN = 0.05


class _Watch:
    """What is watched: from when on, in which files, and until when the job as a whole has time."""

    due = math.inf
    latest = math.inf
    files: Collection[str] = ()


def set_alarm(job: Job | NotebookJob, replies: int) -> None:
    """Has the line that runs then be written to `replies`, once in a file or in each of a notebook's steps.

    Where the system can do that, and before the process is confined: it may set no timer afterwards.
    """
    if sys.platform == "win32":
        return

    def tell(_number: int, frame: FrameType | None) -> None:
        if time.monotonic() < _Watch.due:
            return
        # Not while an answer is being written: no line of a file is under way then.
        while frame is not None and frame.f_code.co_filename not in _Watch.files:
            frame = frame.f_back
        if frame is None:
            return
        _Watch.due = math.inf
        # What goes wrong here is no error of the submission's.
        with suppress(Exception):
            text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
            write_all(replies, encode_place(Spot(frame.f_lineno, text[:MAX_LINE])))

    signal.signal(signal.SIGALRM, tell)
    if isinstance(job, Job):
        begin({job.file}, job.seconds)
        signal.setitimer(signal.ITIMER_REAL, job.seconds * SHARE, job.seconds * AGAIN)
    else:
        _Watch.latest = time.monotonic() + job.seconds * SHARE
        every = min([job.seconds, *(step.seconds for step in job.steps)]) * AGAIN
        signal.setitimer(signal.ITIMER_REAL, every, every)


def begin(files: Collection[str], seconds: float) -> None:
    """Has the line be told that runs when so many seconds from now are nearly over, in the code of these files."""
    _Watch.files, _Watch.due = files, min(time.monotonic() + seconds * SHARE, _Watch.latest)
