"""A job of the sandbox's own, run before the first submission: what Python and NumPy do once, children find done.

Python takes note of where it has found a name, and rewrites code that is run often. In a forked process each such note
costs a copy of the page of memory that it stands on.
"""

from __future__ import annotations

import linecache
import os
import sys

import numpy as np

from grader.sandbox.child import file_job
from grader.sandbox.child.printed import Printed
from grader.sandbox.wire.records import Job, Trial

TIMES = 16
"""Python takes note of what is called eight times."""

_SOURCE = b"""
from __future__ import annotations
import numpy as np


def f(x, y):
    z = x * y
    s = 1 / (1 + np.exp(-z))
    return np.maximum(s, 0.5), (x, y, z, s)


def g(dout, cache):
    x, y, z, s = cache
    dz = dout * (s > 0.5) * s * (1 - s)
    dz = np.where(z > 30, 0.0, dz) + np.tanh(z) ** 2 * 0
    dz = dz - np.mean(np.abs(dz)) * 0
    return dz * y, np.asarray(dz * x).reshape(np.shape(y))


def h(dout, cache):
    x, y, z, s = cache
    dz = dout - z.sum(axis=1, keepdims=True) / z.shape[0]
    dz -= dz.mean(axis=0) + np.sum(dz, axis=0) - np.max(z, axis=1, keepdims=True)
    one_hot = np.zeros_like(z)
    one_hot[np.arange(len(z)), z.argmax(axis=1)] = 1.0
    dx = (dz @ x.T @ (one_hot == 1).astype(float)).copy()
    return {"dx": dx, "dy": np.log(np.sqrt(np.ones(y.shape) + dz * dz)) * s}
"""

_ARRAYS = Trial({"x": np.array([[1.0, 2.0], [0.5, -1.0]]), "y": np.eye(2)}, np.array([[1.0, -1.0], [2.0, 0.0]]))

_NUMBERS = Trial({"x": np.array([1.0]), "y": 3.0}, np.array([1.0]), "non-contiguous")


def rehearse() -> None:
    """Runs a file's job a few times, unconfined, and throws away what comes of it."""
    nowhere, printed = os.open(os.devnull, os.O_WRONLY), Printed(len)
    for backward, trials in (("g", (_ARRAYS, _NUMBERS)), ("h", (_ARRAYS,))):
        job = Job("rehearsal.py", _SOURCE, "pair", ("f", backward), (), trials, 1.0)
        for _ in range(TIMES):
            module, _ = file_job.load(job.file, job.source)
            file_job.run_trials(job, module, nowhere, printed)
    del sys.modules[module.__name__], linecache.cache[job.file]
    os.close(nowhere)
