"""Runs a file's job in a submission's process, once it is confined: loads the file, runs every trial, answers each."""

from __future__ import annotations

import io
import linecache
import os
import sys
import tokenize
from types import ModuleType

from grader.sandbox.child import process
from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.functions import describe
from grader.sandbox.child.printed import Printed
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import END, encode_load_error, encode_loaded
from grader.sandbox.wire.records import Job, StudentError


def serve(job: Job, source: bytes, replies: int) -> None:
    """Runs `job` with a `source` and writes what came of it to the descriptor `replies`."""
    printed = process.begin(job.file, replies)
    module, error = load(job.file, source)
    printed.take()
    if error is None:
        write_all(replies, encode_loaded(printed.sent))
        run_trials(job, module, replies, printed)
    else:
        write_all(replies, encode_load_error(error))
    write_all(replies, END)


def run_trials(job: Job, module: ModuleType, replies: int, printed: Printed) -> None:
    """Runs every trial with a submission that is loaded, and writes an answer to each."""
    stage = job.functions[-1] if job.functions else "load"
    for trial in job.trials:
        process.answer(replies, printed, stage, run_trial, vars(module), job, trial)


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
