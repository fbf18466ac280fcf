"""Runs functions in this very process, for `check` in a notebook: the same drivers, and no isolation at all."""

from __future__ import annotations

import bdb
import contextlib
import dataclasses
import sys
from collections.abc import Callable, Mapping
from typing import Any

from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.printed import Printed
from grader.sandbox.wire.records import Ending, Job, Reply, Run


def run_functions(namespace: Mapping[str, Callable[..., Any]], job: Job, aloud: bool = True) -> Run:
    """The run of `job` with the functions of `namespace`, by name; what they print is kept, and shown if `aloud`.

    An interrupt passes, and so does the end of a debugger: they are the user's.
    """
    stdout = sys.stdout
    output = bytearray()

    def show(data: bytes) -> None:
        output.extend(data)
        if aloud:
            stdout.write(data.decode("utf-8", "replace"))

    printed = Printed(show)
    replies: list[Reply] = []
    with contextlib.redirect_stdout(printed.as_text()):
        for trial in job.trials:
            reply = run_trial(namespace, job, trial, passing=(KeyboardInterrupt, bdb.BdbQuit))
            replies.append(dataclasses.replace(reply, printed=printed.take()))
    return Run(tuple(replies), Ending("finished"), output=output.decode("utf-8", "replace"))
