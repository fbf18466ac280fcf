"""A hundred thousand wrong reply streams raise nothing but the one wire error, and take no memory worth mentioning."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import numpy as np
import pytest

from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.caps import HOSTILE
from grader.sandbox.wire.frames import PREFIX
from grader.sandbox.wire.headers import WireError
from grader.sandbox.wire.messages import END, START, Answers, encode_load_error, encode_loaded, encode_reply
from grader.sandbox.wire.records import Reply, StudentError, Unsupported

STREAMS = 20_000

LOADED = encode_loaded(0)

GOOD = b"".join(
    [
        START,
        LOADED,
        encode_reply(Reply({"out": np.ones((2, 3)), "gradients": {"dx": (np.array(1.0), [Unsupported("None")])}}), 0),
        encode_reply(Reply({}, StudentError("raised", "f", "ValueError", "m", 3, "x = 1"), "printed"), 0),
        END,
    ]
)
BAD_FILE = START + encode_load_error(StudentError("raised", "load", "E", "m")) + END

WORDS: tuple[Any, ...] = (
    *(None, True, 0, -1, 1 << 31, 1 << 62, 1.5, "", "array", "list", "tuple", "dict", "unsupported", "reply", "loaded"),
    *("end", "start", "<f8", "|O", "|b1", "x" * 300, "\ud800", [], {}, {"a": 1}),
)


def damaged(rng: random.Random, stream: bytes) -> bytes:
    """`stream` with some bytes changed, cut out, or put in again elsewhere."""
    data = bytearray(stream)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[place : place + 1] = rng.randbytes(1)
            case 1:
                del data[place : place + rng.randint(1, 40)]
            case 2:
                data[place:place] = data[rng.randrange(len(data) + 1) :][: rng.randint(1, 200)]
            case _:
                data[place : place + 8] = rng.choice([b"\xff" * 8, b"\0" * 8, b"99999999", b"[[[[[[[[", b"-1,-1,-1"])
    return bytes(data)


def any_json(rng: random.Random, depth: int) -> Any:
    if depth and rng.random() < 0.6:
        return [any_json(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    return rng.choice(WORDS)


def forged(rng: random.Random) -> bytes:
    """A frame that is well formed outside and nonsense inside."""
    header = json.dumps([any_json(rng, 4), any_json(rng, 5)]).encode()
    payload = rng.randbytes(rng.choice([0, 0, 8, 24]))
    return PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload


def stream(rng: random.Random) -> bytes:
    match rng.randrange(5):
        case 0:
            return rng.randbytes(rng.randrange(60))
        case 1:
            return START + LOADED + forged(rng) + GOOD[rng.randrange(len(GOOD)) :]
        case 2:
            return damaged(rng, BAD_FILE)
        case _:
            return damaged(rng, GOOD)


def test_a_fuzzed_frame_raises_the_wire_error_or_nothing() -> None:
    rng = random.Random(1)
    for _ in range(5_000):
        data = rng.choice([forged(rng), damaged(rng, forged(rng))])
        try:
            wire.decode(data, 0, HOSTILE)
        except WireError:
            continue


@pytest.mark.filterwarnings("error")
def test_twenty_thousand_fuzzed_streams_are_survived_two_thousand_of_them_in_bounded_memory() -> None:
    rng = random.Random(2)
    faults = 0
    # To follow every allocation takes four times as long as all else.
    tracemalloc.start()
    for number in range(STREAMS):
        if number == STREAMS // 10:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        faults += bool(Answers(stream(rng), 2).fault)
    assert faults > STREAMS // 2
    assert peak < 16 << 20


def test_the_undamaged_streams_are_good() -> None:
    assert Answers(GOOD, 2).ended
    assert Answers(BAD_FILE, 2).error
    assert not Answers(GOOD, 2).fault
    assert not Answers(BAD_FILE, 2).fault
