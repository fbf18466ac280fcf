"""A submission's process, once it is confined: loads the file, runs every trial and says what came of it.

Hostile code shares this process from its first line on, so that the grader trusts nothing of what is said here.
"""

from __future__ import annotations

import io
import linecache
import os
import sys
import tokenize
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import numpy as np

from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.functions import describe
from grader.sandbox.child.imports import restrict_imports
from grader.sandbox.child.printed import Printed
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import (
    END,
    HARNESS_FAILED,
    LOADED,
    OUT_OF_MEMORY,
    START,
    encode_load_error,
    encode_reply,
)
from grader.sandbox.wire.records import Job, Reply, StudentError, Trial

_PACKAGE = str(Path(__file__).absolute().parents[2])

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


# Made here, and not in every child: what a new process touches first, it must copy.
_PRINTED = Printed(lambda data: os.write(1, data))
_TEXT = _PRINTED.as_text()


def serve(job: Job, source: bytes, replies: int) -> NoReturn:
    """Runs `job` with a `source` and writes what came of it to the descriptor `replies`; then the process ends."""
    end_after(lambda: _serve(job, source, replies))


def end_after(work: Callable[[], None]) -> NoReturn:
    """Does `work`, and ends the process."""
    try:
        work()
        os._exit(0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        os._exit(HARNESS_FAILED)


def prepare() -> list[ModuleType]:
    """Does what is the same for every submission, and takes long for each: once, before any fork.

    No module of the grader's can be imported afterwards. Those that are, are returned, to be held: no submission shall
    find them, and none be torn down.
    """
    if "numpy.random" in sys.modules:
        np.random.seed(0)
    return [sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "grader"]


def rehearse() -> None:
    """Runs a job of this module's own a few times, unconfined.

    By that the interpreter adapts its code to it: in this process once, and not in every child that it forks.
    """
    for trial in _REHEARSAL.trials * REHEARSALS:
        module, _ = load(_REHEARSAL.file, _REHEARSAL.source)
        reply = run_trial(vars(module), _REHEARSAL, trial)
        encode_reply(reply)
    del sys.modules[module.__name__], linecache.cache[_REHEARSAL.file]


def begin(file: str, replies: int) -> Printed:
    """Makes this process ready for the first line of a submission, whose `file` is named, and says that it starts."""
    sys.stdout = sys.stderr = _TEXT
    sys.argv = [file]
    warnings.formatwarning = _formatted
    restrict_imports()
    # It is there only for who names it; here, for Python sows it anew in every forked process.
    if "random" in sys.modules:
        sys.modules["random"].seed(0)
    write_all(replies, START)
    return _PRINTED


_format = warnings.formatwarning


def _formatted(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning's text, without its place if that is in the grader, as where a coroutine is dropped."""
    if filename.startswith(_PACKAGE):
        return f"{category.__name__}: {message}\n"
    return _format(message, category, filename, lineno, line)


def _serve(job: Job, source: bytes, replies: int) -> None:
    printed = begin(job.file, replies)
    module, error = load(job.file, source)
    printed.take()
    if error is not None:
        write_all(replies, encode_load_error(error))
        write_all(replies, END)
        return
    write_all(replies, LOADED)
    for trial in job.trials:
        try:
            reply = run_trial(vars(module), job, trial)
            frame = encode_reply(Reply(reply.results, reply.error, printed.take()))
        except BaseException as exception:
            # Not the submission's call, but what surrounds it: no memory is left, or it changed what we use.
            stage = job.functions[-1] if job.functions else "load"
            frame = encode_reply(Reply({}, describe(exception, stage, ())))
        write_all(replies, frame)
    write_all(replies, END)


def load(file: str, source: bytes) -> tuple[ModuleType, StudentError | None]:
    """The submission as a module of its file's name, and what loading it raised."""
    module = ModuleType(os.path.basename(file).removesuffix(".py"))
    module.__file__ = file
    sys.modules[module.__name__] = module
    # Split into lines only if somebody wants to see one.
    linecache.cache[file] = (lambda: _Text(_decoded(source)),)
    try:
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
    except BaseException as exception:
        return module, describe(exception, "load", {file})
    return module, None


def _decoded(source: bytes) -> str:
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
