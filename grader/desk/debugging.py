"""`grader debug`: one case of an exercise in this very process, where `breakpoint()`, pdb and print work."""

from __future__ import annotations

import bdb
import pdb
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, TracebackType

from grader.cases import Case
from grader.desk.kept_answers import judging
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judge
from grader.judging.wording import call, value
from grader.sandbox.child.drivers import run_trial
from grader.sandbox.wire.plain import in_words
from grader.sandbox.wire.records import Plain, Reply, Unsupported
from grader.text import quote

_STOPS = re.compile(rb"\b(?:breakpoint\(\)|pdb\.set_trace\(\)|import pdb\b(?=[ \t]*(?:[;#\r\n]|\Z)))")
"""Where a debugger is asked for. What stands there instead for the verdict is as long, so that no line moves."""


def verdict_on(exercise: Exercise, file: str, source: bytes) -> tuple[Bench, Judgement]:
    """The verdict by which the failing case is known, reached in the sandbox as ever; of the user's own work.

    It is that on the file without its breakpoints: each would be the first mistake that is found.
    """
    with judging(own=True) as (answers, sandbox):
        bench = answers.bench(exercise)
        return bench, judge(bench, file, without_stops(source), sandbox)


def without_stops(source: bytes) -> bytes:
    """A file in which nothing asks for a debugger, as far as that can be taken out of it by itself."""
    return _STOPS.sub(lambda found: b"None".ljust(len(found[0])), source)


def pasteable(exercise: Exercise, case: Case) -> str:
    """A case's call as it can be pasted into a prompt in the folder of the exercises."""
    return f"import numpy as np\nfrom {exercise.module} import *\n{call(exercise, case)}"


def run_here(bench: Bench, case: Case, path: Path, source: bytes, stops: bool) -> tuple[Reply | None, str]:
    """What the file gives for a case, run in this process; or None, and the error as Python shows it.

    With `stops` the debugger opens where an error is raised. Whoever quits the debugger has seen enough.
    """
    job = replace(bench.job(source), file=str(path))
    module = ModuleType(bench.exercise.module)
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, str(path), "exec", dont_inherit=True), vars(module))
        return run_trial(vars(module), job, job.trials[case.number or 0], passing=(BaseException,)), ""
    except bdb.BdbQuit:
        return None, ""
    except Exception as error:
        theirs = _from_file(error.__traceback__, str(path))
        if stops and theirs:
            traceback.print_exception(type(error), error.with_traceback(theirs), theirs)
            pdb.post_mortem(theirs)
            return None, ""
        return None, "".join(traceback.format_exception(type(error), error, theirs)).rstrip()


def _from_file(trace: TracebackType | None, file: str) -> TracebackType | None:
    """What there is of a traceback from the first line of a file on: what comes before is ours."""
    while trace and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace


def outcome(reply: Reply) -> Iterator[str]:
    """What came back, a line each."""
    if reply.error:
        yield quote.line(f"{reply.error.stage}: {reply.error.message}")
    for name, each in reply.results.items():
        if name != "changed":
            yield quote.line(f"{name} = {_shown(each)}".replace("\u00a0", " "), columns=1000)


def _shown(each: Plain) -> str:
    if isinstance(each, Unsupported):
        return each.description
    try:
        return value(each)
    except (TypeError, ValueError):
        return in_words(each)
