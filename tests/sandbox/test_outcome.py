"""What is left of a process says how it ended."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace

import numpy as np
import pytest

from grader.sandbox.host.outcome import Remains, conclude
from grader.sandbox.kernel.container import MEMORY
from grader.sandbox.wire.messages import END, OUT_OF_MEMORY, START, encode_load_error, encode_loaded, encode_reply
from grader.sandbox.wire.records import Ending, Reply, StudentError
from tests.sandbox.jobs import HONEST, job

LOADED = encode_loaded(0)
REPLY = encode_reply(Reply({"out": np.array(1.0)}), 0)
COMPLETE = START + LOADED + REPLY + REPLY + END
HALF = START + LOADED + REPLY
NO_FILE = START + encode_load_error(StudentError("raised", "load", "E", "m")) + END
BAD = HALF + b"nonsense" * 10

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.mark.parametrize(
    ("remains", "ending"),
    [
        (Remains(COMPLETE, b"", 0), Ending("finished")),
        (
            Remains(NO_FILE, b"", 0),
            Ending("load-error"),
        ),
        (Remains(HALF, b"", -9, timed_out=True), Ending("timeout")),
        (Remains(HALF[:-1], b"", -9, timed_out=True), Ending("timeout")),
        (Remains(HALF, b"", -9, cpu=11.0), Ending("timeout")),
        (Remains(HALF, b"", 3), Ending("exited", "3")),
        (Remains(HALF, b"", 0), Ending("exited", "0")),
        (Remains(HALF, b"", OUT_OF_MEMORY), Ending("memory")),
        (Remains(HALF, b"", -9, peak=MEMORY), Ending("memory")),
        (Remains(HALF, b"", -9), Ending("crashed", "SIGKILL")),
        (Remains(HALF, b"", -signal.SIGSEGV), Ending("crashed", "SIGSEGV")),
        (Remains(HALF, b"", -99), Ending("crashed", "signal 99")),
        (Remains(BAD, b"", 0), Ending("bad-reply", "a frame begins with the wrong bytes")),
        (Remains(BAD, b"", -signal.SIGSEGV), Ending("bad-reply", "a frame begins with the wrong bytes")),
        (Remains(HALF, b"", -9, too_much=True, timed_out=True), Ending("bad-reply", "more than 32 MiB of results")),
        (Remains(b"", b"no NumPy", 1), Ending("infrastructure", "no NumPy")),
        (Remains(b"", b"", -9), Ending("infrastructure", "the process never started (status -9)")),
    ],
)
@posix
def test_an_ending_follows_from_the_remains(remains: Remains, ending: Ending) -> None:
    assert conclude(job(HONEST), remains).ending == ending


@posix
def test_too_much_cpu_time_is_a_timeout() -> None:
    assert conclude(job(HONEST), Remains(HALF, b"", -signal.SIGXCPU)).ending == Ending("timeout")


def test_there_is_a_place_for_every_trials_reply() -> None:
    run = conclude(replace(job(HONEST), trials=job(HONEST).trials * 2), Remains(HALF, b"", 1))
    assert [reply is None for reply in run.replies] == [False, True, True, True]


def test_output_that_is_no_text_is_kept_as_far_as_it_is() -> None:
    assert conclude(job(HONEST), Remains(COMPLETE, b"a\xffb", 0)).output == "a\ufffdb"
