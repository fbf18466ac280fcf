"""A job and its answers arrive as they were sent, in the one order that they may have."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.printed import Printed
from grader.sandbox.child.process import answer
from grader.sandbox.wire.headers import WireError
from grader.sandbox.wire.job_frames import decode_job, encode_job
from grader.sandbox.wire.messages import (
    END,
    START,
    Answers,
    encode_load_error,
    encode_loaded,
    encode_place,
    encode_reply,
)
from grader.sandbox.wire.records import Fact, Job, Reply, Spot, StudentError, Trial

FACTS = (("operands", "@", "dout", "(3,)", "X[:,0].T", "number"), ("cache", "x", "y_hat"))
ERROR = StudentError("raised", "double_backward", "ValueError", "m", 3, "x = 1", FACTS)
LOADED = encode_loaded(0)
REPLY = encode_reply(Reply({"out": np.array(1.0)}, ERROR, "printed"), 0)


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


def test_the_bytes_that_were_printed_are_those_of_the_last_message() -> None:
    said = START + encode_loaded(3) + encode_reply(Reply({}), 7)
    assert [Answers(said[: len(said) - cut], 2).sent for cut in (0, 1)] == [7, 3]


@pytest.mark.parametrize("sent", [-1, (64 << 10) + 1, True, 1.5, None, "1"])
def test_no_number_of_printed_bytes_is_a_fault(sent: Any) -> None:
    assert Answers(START + encode_loaded(sent), 1).fault
    assert Answers(START + LOADED + encode_reply(Reply({}), sent), 1).fault


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe's size")
def test_a_trial_that_fails_around_the_call_keeps_what_it_printed_to_itself() -> None:
    def failing() -> Reply:
        printed.write(b"first\n")
        raise MemoryError

    printed = Printed(lambda data: None)
    ours, theirs = os.pipe()
    answer(theirs, printed, "f", failing)
    answer(theirs, printed, "f", lambda: Reply({}))
    os.close(theirs)
    with os.fdopen(ours, "rb") as stream:
        answers = Answers(START + LOADED + stream.read(), 2)
    assert [reply.printed for reply in answers.replies] == ["first\n", ""]
    assert answers.sent == len("first\n")


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


@pytest.mark.parametrize("where", range(4))
def test_the_line_that_runs_may_be_told_before_any_message_once(where: int) -> None:
    messages = [START, LOADED, REPLY, END]
    messages.insert(where, encode_place(Spot(7, "while True:")))
    answers = Answers(b"".join(messages), 1)
    assert (answers.last_place(), answers.ended, answers.fault) == (Spot(7, "while True:"), True, "")
    messages.insert(where, encode_place(Spot(8, "again")))
    assert Answers(b"".join(messages), 1).fault


def test_of_several_lines_the_last_counts_that_was_told_after_so_many_replies() -> None:
    first, second = encode_place(Spot(7, "a")), encode_place(Spot(8, "b"))
    answers = Answers(START + LOADED + first + REPLY + second + REPLY, 3)
    assert answers.last_place() == answers.last_place(1) == Spot(8, "b")
    assert answers.last_place(2) is None
    assert Answers(START + LOADED + first + REPLY, 3).last_place(1) is None


def test_facts_are_words_of_code_and_can_not_be_sentences() -> None:
    def got(*facts: Fact) -> tuple[Fact, ...]:
        error = StudentError("raised", "f", "ValueError", "m", facts=facts)
        (reply,) = Answers(START + LOADED + encode_reply(Reply({}, error), 0) + END, 1).replies
        assert reply.error
        return reply.error.facts

    known = ("cache", "x")
    for word in ("all is right", "2\n", "\x1b[2J", "\u202e", "<b>\xa0", '"', "'", "it\u3164is\uffa0right"):
        assert got(known, ("value", word)) == (known,)


@pytest.mark.parametrize("facts", [(("x" * 33,),), (("x",) * 13,), ((),), (("x",),) * 49, "x", None, (("x", 1),)])
def test_other_or_more_facts_are_a_fault(facts: Any) -> None:
    error = StudentError("raised", "f", "ValueError", "m", facts=facts)
    assert Answers(START + LOADED + encode_reply(Reply({}, error), 0) + END, 1).fault


@pytest.mark.parametrize("line", [-1, 1 << 31, True, "1", None])
def test_no_number_of_a_line_is_a_fault(line: Any) -> None:
    assert Answers(START + encode_place(Spot(line, "x")) + LOADED, 1).fault
