"""A notebook's process, once it is confined: runs its steps in order, and says what came of each.

As with a file, hostile code shares this process from its first line on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from grader.sandbox.child import child
from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.functions import describe
from grader.sandbox.notebook import awaiting, transform
from grader.sandbox.notebook.shell import Shell
from grader.sandbox.wire.cells import Cell, NotebookJob, Step, Trials
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import END, LOADED, encode_reply
from grader.sandbox.wire.records import Reply, Trial


def prepare() -> None:
    """Imports what a confined process may be unable to read."""
    transform.transformer()
    awaiting.kind_of_loop()


def serve(job: NotebookJob, replies: int) -> NoReturn:
    """Runs `job` and writes what came of it to the descriptor `replies`; then the process ends, whatever happened."""
    child.end_after(lambda: _serve(job, replies))


def _serve(job: NotebookJob, replies: int) -> None:
    printed = child.begin("notebook", replies)
    shell = Shell()
    write_all(replies, LOADED)
    for step in job.steps:
        for trial in (None,) if isinstance(step, Cell) else step.job.trials:
            try:
                reply = _reply(shell, step, trial)
                frame = encode_reply(Reply(reply.results, reply.error, printed.take()))
            except BaseException as exception:
                # Not the submission's call, but what surrounds it: no memory is left, or it changed what we use.
                frame = encode_reply(Reply({}, describe(exception, "load", ())))
            write_all(replies, frame)
    write_all(replies, END)


def _reply(shell: Shell, step: Step, trial: Trial | None) -> Reply:
    if isinstance(step, Trials):
        assert trial is not None
        return run_trial(_functions(shell.namespace, step), step.job, trial)
    return shell.reply(step.name, step.source)


def _functions(namespace: Mapping[str, Any], step: Trials) -> Mapping[str, Any]:
    """The notebook's names, and those of the exercise's functions for the ones that are given for them."""
    names = {name: value for name, value in namespace.items() if name not in step.job.functions}
    given = zip(step.job.functions, step.given, strict=True)
    return names | {wanted: namespace[name] for wanted, name in given if name in namespace}
