"""What every submission's process does, whatever its job: it gets ready, begins, answers and ends.

Hostile code shares this process from its first line on, so that the grader trusts nothing of what is said here.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn, ParamSpec

import numpy as np

from grader.sandbox.child.functions import describe
from grader.sandbox.child.imports import restrict_imports
from grader.sandbox.child.printed import Printed
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import HARNESS_FAILED, OUT_OF_MEMORY, START, encode_reply
from grader.sandbox.wire.records import Reply

Work = ParamSpec("Work")

_PACKAGE = str(Path(__file__).absolute().parents[2])
_format = warnings.formatwarning

# Made here, and not in every child: what a new process touches first, it must copy.
_PRINTED = Printed(lambda data: os.write(1, data))
_TEXT = _PRINTED.as_text()


def prepare() -> list[ModuleType]:
    """Does what is the same for every submission, and takes long for each: once, before any fork.

    No module of the grader's can be imported afterwards. Those that are, are returned, to be held: no submission shall
    find them, and none be torn down.
    """
    if "numpy.random" in sys.modules:
        np.random.seed(0)
    return [sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "grader"]


def begin(file: str, replies: int) -> Printed:
    """Makes this process ready for the first line of a submission, whose `file` is named, and says that it starts."""
    sys.stdout = sys.stderr = _TEXT
    sys.argv = [file]
    warnings.formatwarning = _format_warning
    sys.breakpointhook = no_debugger(file)
    restrict_imports()
    # It is there only for who names it; here, for Python sows it anew in every forked process.
    if "random" in sys.modules:
        sys.modules["random"].seed(0)
    write_all(replies, START)
    return _PRINTED


def no_debugger(file: str) -> Callable[..., None]:
    """What `breakpoint()` does in a submission's process: it says where it would stop."""
    found = re.fullmatch(r"ex\d+_(\w+)\.py", file)
    how = f"grader debug {found[1]} runs your failing case where one is" if found else "it works in your own kernel"

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(f"breakpoint() needs a keyboard, and there is none here: {how}")

    return refuse


def _format_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning's text, without its place if that is in the grader, as where a coroutine is dropped."""
    if filename.startswith(_PACKAGE):
        return f"{category.__name__}: {message}\n"
    return _format(message, category, filename, lineno, line)


def answer(replies: int, printed: Printed, stage: str, function: Callable[..., Reply], *arguments: object) -> None:
    """Writes the reply that `function` gives; if it fails, that, as of `stage`; and what was printed."""
    said = ""
    try:
        try:
            reply = function(*arguments)
        finally:
            said = printed.take()
        frame = encode_reply(Reply(reply.results, reply.error, said), printed.sent)
    except BaseException as exception:
        # Not the submission's call, but what surrounds it: no memory is left, or it changed what we use.
        frame = encode_reply(Reply({}, describe(exception, stage, ()), said), printed.sent)
    write_all(replies, frame)


def end_after(work: Callable[Work, None], *arguments: Work.args, **named: Work.kwargs) -> NoReturn:
    """Does `work`, and ends the process, whatever happened."""
    try:
        work(*arguments, **named)
        os._exit(0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        os._exit(HARNESS_FAILED)
