"""A job and its answers arrive as they were sent, in the one order that they may have."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.wire.frames import WireError
from grader.sandbox.wire.messages import (
    END,
    LOADED,
    START,
    Answers,
    decode_job,
    encode_job,
    encode_load_error,
    encode_reply,
)
from grader.sandbox.wire.records import Job, Reply, StudentError, Trial

ERROR = StudentError("raised", "double_backward", "ValueError", "m", 3, "x = 1")
REPLY = encode_reply(Reply({"out": np.array(1.0)}, ERROR, "printed"))


def test_a_job_arrives_as_it_was_sent() -> None:
    trials = (
        Trial({"x": np.arange(3.0), "lam": 0.1, "n": 2}, (np.ones(1), 1.5), "read-only"),
        Trial({"p": {"a": [1.0, 2.0]}}),
    )
    sent = Job("ex99.py", b"\xff source", "calls", ("f", "g"), (("f", ("x", "lam"), "y"),), trials, 1.5)
    got = decode_job(encode_job(sent))
    assert isinstance(got, Job)
    assert repr(got) == repr(sent)
    assert type(got.trials[0].inputs["lam"]) is float
    assert type(got.trials[0].inputs["n"]) is int


def test_a_job_that_is_cut_short_is_refused() -> None:
    with pytest.raises(WireError):
        decode_job(encode_job(Job("f.py", b"1", "pair", (), (), (), 1.0))[:-1])


def test_replies_arrive_as_they_were_sent() -> None:
    answers = Answers(START + LOADED + REPLY + REPLY + END, 2)
    assert answers.started
    assert answers.ended
    assert not answers.fault
    assert repr(answers.replies[1]) == repr(Reply({"out": np.array(1.0)}, ERROR, "printed"))


def test_a_load_error_needs_no_replies() -> None:
    answers = Answers(START + encode_load_error(ERROR) + END, 2)
    assert answers.error == ERROR
    assert answers.ended


@pytest.mark.parametrize("cut", range(1, len(REPLY + END)))
def test_what_came_before_the_cut_is_kept(cut: int) -> None:
    answers = Answers((START + LOADED + REPLY + REPLY + END)[:-cut], 2)
    assert len(answers.replies) == (2 if cut <= len(END) else 1)
    assert not answers.ended
    assert not answers.fault


@pytest.mark.parametrize(
    "stream",
    [
        LOADED,
        START + START,
        START + REPLY,
        START + LOADED + END,
        START + LOADED + REPLY + END,
        START + LOADED + REPLY + REPLY + REPLY,
        START + LOADED + REPLY + REPLY + END + END,
        START + LOADED + REPLY + REPLY + END + b"x",
        START + encode_load_error(ERROR) + REPLY,
    ],
)
def test_another_order_is_a_fault(stream: bytes) -> None:
    assert Answers(stream, 2).fault
