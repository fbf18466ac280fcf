"""What the grader says to a submission's process: the frame of a job."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.caps import TRUSTED
from grader.sandbox.wire.cells import Cell, NotebookJob, Step, Trials
from grader.sandbox.wire.headers import Json, WireError
from grader.sandbox.wire.records import Job, Trial

Keys: TypeAlias = Callable[[Job], "str | None"]
"""Under which key the reader of a frame keeps a job without its source, or None if it doesn't."""


def encode_job(job: Job | NotebookJob, keys: Keys = lambda job: None) -> bytes:
    """The frame that carries a job. Raises TypeError if a trial holds a value that can't be sent.

    Of a job that has a key among `keys`, only the source travels: whoever reads the frame keeps the rest.
    """
    if isinstance(job, Job):
        return wire.encode(["file", _description(job, keys)], _values(job, keys))
    heads = [_step_description(step, keys) for step in job.steps]
    return wire.encode(["notebook", heads, job.seconds], [_step_values(step, keys) for step in job.steps])


def _description(job: Job, keys: Keys) -> Json:
    if key := keys(job):
        return key
    calls = [[function, list(arguments), result] for function, arguments, result in job.calls]
    layouts = [trial.layout for trial in job.trials]
    return [job.file, job.driver, list(job.functions), calls, layouts, job.seconds]


def _values(job: Job, keys: Keys) -> Any:
    trials = [] if keys(job) else [(dict(trial.inputs), trial.dout) for trial in job.trials]
    return np.frombuffer(job.source, np.uint8), trials


def _step_description(step: Step, keys: Keys) -> list[Json]:
    if isinstance(step, Cell):
        return ["cell", step.name, step.seconds]
    return ["trials", list(step.given), _description(step.job, keys)]


def _step_values(step: Step, keys: Keys) -> Any:
    # A lone surrogate can stand in a notebook's JSON; Python then says what is wrong with it.
    if isinstance(step, Cell):
        return np.frombuffer(step.source.encode("utf-8", "surrogatepass"), np.uint8)
    return _values(step.job, keys)


def decode_job(frame: bytes, kept: Mapping[str, Job] = MappingProxyType({})) -> Job | NotebookJob:
    """The job in a frame that the grader wrote; `kept` are the jobs whose sources alone travel. Raises WireError."""
    message = wire.decode(frame, 0, TRUSTED)
    if message is None:
        raise WireError("a job that is cut short")
    kind, *head = message.head
    if kind == "file":
        return _job(head[0], message.tree, kept)
    heads, seconds = head
    steps = [_step(each, values, kept) for each, values in zip(heads, message.tree, strict=True)]
    return NotebookJob(tuple(steps), seconds)


def _step(head: list[Json], values: Any, kept: Mapping[str, Job]) -> Step:
    if head[0] == "cell":
        _, name, seconds = head
        return Cell(name, values.tobytes().decode("utf-8", "surrogatepass"), seconds)
    _, given, description = head
    return Trials(tuple(given), _job(description, values, kept))


def _job(description: Json, tree: Any, kept: Mapping[str, Job]) -> Job:
    source, values = tree
    if isinstance(description, str):
        return dataclasses.replace(kept[description], source=source.tobytes())
    file, driver, functions, calls, layouts, seconds = description
    trials = tuple(Trial(inputs, dout, layout) for (inputs, dout), layout in zip(values, layouts, strict=True))
    calls = tuple((function, tuple(arguments), result) for function, arguments, result in calls)
    return Job(file, source.tobytes(), driver, tuple(functions), calls, trials, seconds)
