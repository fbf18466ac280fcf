"""Jobs to run: submissions of the exercise `double`, whose forward is 2x."""

from __future__ import annotations

from textwrap import dedent

import numpy as np

from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job, Layout, Run, Trial

HONEST = """
import numpy as np

def double_forward(x):
    return 2 * x, x

def double_backward(dout, cache):
    return 2 * dout
"""


def job(source: str | bytes, trials: int = 2, seconds: float = 10.0, layout: Layout = "contiguous") -> Job:
    """The pair's job for a submission, with x = (1, −2, 3) and dout = (3, 4, −5) in each trial."""
    code = dedent(source).encode() if isinstance(source, str) else source
    trial = Trial({"x": np.array([1.0, -2.0, 3.0])}, np.array([3.0, 4.0, -5.0]), layout)
    return Job("ex99_double.py", code, "pair", ("double_forward", "double_backward"), (), (trial,) * trials, seconds)


def backward(body: str, **options: float) -> Job:
    """The job of an honest submission but for the body of its backward."""
    indented = dedent(body).strip().replace("\n", "\n    ")
    source = HONEST.replace("return 2 * dout", indented)
    return job(source, seconds=options.get("seconds", 10.0))


def is_right(run: Run) -> bool:
    """Whether every trial has the right answer."""
    return run.ending.kind == "finished" and all(
        reply is not None and reply.error is None and np.array_equal(reply.results["gradients"], [6.0, 8.0, -10.0])
        for reply in run.replies
    )


def honest_passes(sandbox: Sandbox) -> bool:
    """Whether the sandbox still gives an honest submission its due."""
    return is_right(sandbox.run(job(HONEST)))
