"""Runs a notebook's job in a submission's process, once it is confined: its steps in order, and a reply for each."""

from __future__ import annotations

from grader.sandbox.child import alarm, process
from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.functions import describe
from grader.sandbox.notebook import transform
from grader.sandbox.notebook.shell import Shell, kind_of_loop
from grader.sandbox.wire.cells import Cell, NotebookJob, Trials
from grader.sandbox.wire.frames import write_all
from grader.sandbox.wire.messages import END, encode_loaded
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Reply, Trial


def prepare() -> None:
    """Imports what a confined process may be unable to read."""
    transform.transformer()
    kind_of_loop()


def serve(job: NotebookJob, replies: int) -> None:
    """Runs `job` and writes what came of it to the descriptor `replies`."""
    printed = process.begin("notebook", replies)
    shell = Shell()
    write_all(replies, encode_loaded(printed.sent))
    for step in job.steps:
        alarm.begin(shell.files, step.seconds)
        if isinstance(step, Cell):
            process.answer(replies, printed, "load", _run_cell, shell, step)
        else:
            for trial in step.job.trials:
                process.answer(replies, printed, "load", _run_trial, shell, step, trial)
    write_all(replies, END)


def _run_cell(shell: Shell, cell: Cell) -> Reply:
    try:
        value = shell.run_cell(cell.name, cell.source)
    except BaseException as exception:
        return Reply({}, describe(exception, "load", shell.files))
    return Reply({} if value is None else {"value": plain(value)})


def _run_trial(shell: Shell, step: Trials, trial: Trial) -> Reply:
    """The reply of the notebook's functions, each under the exercise's name for it."""
    names = {name: value for name, value in shell.namespace.items() if name not in step.job.functions}
    given = zip(step.job.functions, step.given, strict=True)
    functions = {wanted: shell.namespace[name] for wanted, name in given if name in shell.namespace}
    return run_trial(names | functions, step.job, trial)
