"""Runs a file's job in a submission's process, once it is confined: loads the file, runs every trial, answers each."""

from __future__ import annotations

import io
import linecache
import os
import sys
import tokenize
from types import ModuleType

import numpy as np

from grader.sandbox.child import process
from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.functions import describe
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import END, encode_load_error, encode_loaded, encode_reply
from grader.sandbox.wire.records import Job, StudentError, Trial

REHEARSALS = 16
"""Python takes note of what is called eight times."""

_REHEARSAL = Job(
    "rehearsal.py",
    b"def f(x, y): return x * y, (x, y)\ndef g(dout, cache): return dout * cache[1], dout * cache[0]\n",
    "pair",
    ("f", "g"),
    (),
    (
        Trial({"x": np.array([[1.0, 2.0]]), "y": 3.0}, np.array([[1.0, -1.0]])),
        Trial({"x": np.array([1.0]), "y": np.array([2.0])}, np.array([1.0]), "non-contiguous"),
    ),
    1.0,
)


def serve(job: Job, source: bytes, replies: int) -> None:
    """Runs `job` with a `source` and writes what came of it to the descriptor `replies`."""
    printed = process.begin(job.file, replies)
    module, error = load(job.file, source)
    printed.take()
    if error is None:
        write_all(replies, encode_loaded(printed.sent))
        stage = job.functions[-1] if job.functions else "load"
        for trial in job.trials:
            process.answer(replies, printed, stage, run_trial, vars(module), job, trial)
    else:
        write_all(replies, encode_load_error(error))
    write_all(replies, END)


def rehearse() -> None:
    """Runs a job of this module's own a few times, unconfined.

    By that the interpreter adapts its code to it: in this process once, and not in every child that it forks.
    """
    for trial in _REHEARSAL.trials * REHEARSALS:
        module, _ = load(_REHEARSAL.file, _REHEARSAL.source)
        reply = run_trial(vars(module), _REHEARSAL, trial)
        encode_reply(reply, 0)
    del sys.modules[module.__name__], linecache.cache[_REHEARSAL.file]


def load(file: str, source: bytes) -> tuple[ModuleType, StudentError | None]:
    """The submission as a module of its file's name, and what loading it raised."""
    module = ModuleType(os.path.basename(file).removesuffix(".py"))
    module.__file__ = file
    sys.modules[module.__name__] = module
    # Split into lines only if somebody wants to see one.
    linecache.cache[file] = (lambda: _Text(_decode(source)),)
    try:
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
    except BaseException as exception:
        return module, describe(exception, "load", {file})
    return module, None


def _decode(source: bytes) -> str:
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(source).readline)[0]
        return source.decode(encoding, "replace")
    except (SyntaxError, LookupError):
        return source.decode("utf-8", "replace")


class _Text(str):
    """A source as linecache wants it, which calls `splitlines`: its lines are those that Python counts.

    By themselves a string's lines end at a form feed, too.
    """

    def splitlines(self, keepends: bool = False) -> list[str]:
        lines = io.StringIO(self, newline=None).readlines()
        return lines if keepends else [line.removesuffix("\n") for line in lines]
