"""How a submission's network learns, beside PyTorch's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader import catalog
from grader.desk.kept_answers import judging
from grader.judging.comparison import FLOAT64, array_of
from grader.judging.judgement import judgement
from grader.judging.source import read
from grader.report.curve import Curve
from grader.sandbox.host.source_file import SubmissionFileError
from grader.text.language import say


class NoLossesError(Exception):
    """A submission has no losses to draw; the message says why."""


def training_curve(directory: Path, own: bool) -> Curve:
    """The losses of a submission's longest training run; `own` work or somebody else's.

    Raises NoLossesError and SubmissionFileError.
    """
    exercise = catalog.get("train")
    source = read(directory, exercise)
    if isinstance(source, SubmissionFileError):
        raise source
    with judging(own) as (answers, sandbox):
        bench = answers.bench(exercise)
        run, references = sandbox.run(bench.job(source)), bench.references
    longest = max(range(len(bench.cases)), key=lambda number: len(bench.cases[number].inputs["batches"]))
    reply = run.replies[longest]
    losses = array_of(reply.results["losses"]) if reply and "losses" in reply.results else None
    if not reply or not isinstance(losses, np.ndarray) or losses.ndim != 1:
        result = judgement(bench, str(directory), run).result
        reason = result.findings[0].headline if result.findings else say("not started")
        raise NoLossesError(
            say("{exercise} gives no losses to draw: {reason}", exercise=exercise.module, reason=reason)
        )
    inputs, expected = bench.cases[longest].inputs, references[longest].gradients
    return Curve(
        submission=str(directory),
        mine=losses.astype(float),
        theirs=expected["losses"],
        steps_per_epoch=len(inputs["X"]) // inputs["batches"].shape[1],
        tolerance=exercise.rtol or FLOAT64.rtol,
        remark=exercise.remark(reply.results, expected) if exercise.remark else "",
    )
