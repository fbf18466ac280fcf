"""What is left of a submission's process → the record of its run."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from itertools import accumulate

from grader.sandbox.kernel.confine import cpu_limit
from grader.sandbox.kernel.container import job_memory
from grader.sandbox.wire.caps import MAX_PAYLOAD
from grader.sandbox.wire.cells import NotebookJob, NotebookRun, reply_count, step_begin
from grader.sandbox.wire.messages import OUT_OF_MEMORY, Answers
from grader.sandbox.wire.records import Ending, Job, Run

MAX_REPLIES = MAX_PAYLOAD
"""Bytes of replies kept of one job; more is a bad reply."""


@dataclass(frozen=True)
class Remains:
    """What a process wrote, at most `MAX_REPLIES` and `MAX_OUTPUT` bytes of it, and how it died.

    `status` is its exit status, or minus the signal that killed it. `cpu` is in seconds, `peak` its resident memory in
    bytes; both are 0 where unknown.
    """

    replies: bytes | bytearray
    output: bytes
    status: int
    timed_out: bool = False
    too_much: bool = False
    cpu: float = 0.0
    peak: int = 0


def conclude(job: Job | NotebookJob, remains: Remains) -> Run:
    """The run that `remains` are left of; a notebook's has the replies of all its steps, one after another."""
    count = reply_count(job)
    answers = Answers(remains.replies, count)
    printed, output = (each.decode("utf-8", "replace") for each in (remains.output[answers.sent :], remains.output))
    replies = answers.replies + (None,) * (count - len(answers.replies))
    ending = _ending(job.seconds, remains, answers)
    place = answers.last_place(step_begin(job, len(answers.replies))) if ending.kind == "timeout" else None
    return Run(replies, ending, answers.error, printed, output, place)


def infrastructure(job: Job | NotebookJob, detail: str) -> Run:
    """The run of a job that couldn't be run, through no fault of the submission."""
    return Run((None,) * reply_count(job), Ending("infrastructure", detail))


def by_step(job: NotebookJob, run: Run) -> NotebookRun:
    """A notebook's run, its replies shared out among the steps."""
    ends = list(accumulate(step.replies for step in job.steps))
    replies = tuple(run.replies[end - step.replies : end] for step, end in zip(job.steps, ends, strict=True))
    running = next((number for number, each in enumerate(replies) if None in each), None)
    return NotebookRun(replies, run.ending, running, run.printed, run.place)


def _ending(seconds: float, remains: Remains, answers: Answers) -> Ending:
    if not answers.started and not answers.fault:
        detail = remains.output.decode("utf-8", "replace")[:500]
        return Ending("infrastructure", detail or f"the process never started (status {remains.status})")
    if remains.too_much:
        return Ending("bad-reply", f"more than {MAX_REPLIES >> 20} MiB of results")
    if remains.timed_out:
        return Ending("timeout")
    if answers.fault:
        return Ending("bad-reply", answers.fault)
    if answers.error is not None:
        return Ending("load-error")
    if answers.ended:
        return Ending("finished")
    if remains.status < 0:
        return _killed(seconds, remains)
    if remains.status == OUT_OF_MEMORY:
        return Ending("memory")
    return Ending("exited", str(remains.status))


def _killed(seconds: float, remains: Remains) -> Ending:
    name = _signal_name(-remains.status)
    if name == "SIGXCPU" or (name == "SIGKILL" and remains.cpu >= cpu_limit(seconds)):
        return Ending("timeout")
    if name == "SIGKILL" and remains.peak >= 0.8 * job_memory():
        return Ending("memory")
    return Ending("crashed", name)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
