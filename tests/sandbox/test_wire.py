"""Frames arrive as they were sent, and a hostile peer can't do more than be refused."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest

from grader.sandbox.wire import frames as wire
from grader.sandbox.wire.caps import HOSTILE, MAX_DEPTH, MAX_NODES, TRUSTED, Caps
from grader.sandbox.wire.frames import PREFIX
from grader.sandbox.wire.headers import WireError
from grader.sandbox.wire.records import Unsupported


def sent(tree: Any, caps: Caps = HOSTILE) -> Any:
    frame = wire.decode(wire.encode(None, tree), 0, caps)
    assert frame is not None
    return frame.tree


def forged(node: Any, payload: bytes = b"", head: Any = None) -> bytes:
    header = node if isinstance(node, bytes) else json.dumps([head, node]).encode()
    return PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (0, 2), (1, 1, 1)])
def test_an_array_arrives_with_its_dtype_shape_and_values(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 2).reshape(shape).astype(dtype)
    arrived = sent(array)
    assert arrived.dtype == array.dtype
    assert arrived.shape == shape
    assert np.array_equal(arrived, array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12.0)[::-3],
        np.arange(3).astype(">i4"),
        np.array([1.5, np.nan, np.inf, -0.0]),
    ],
)
def test_an_array_arrives_whatever_its_memory_is_like(array: Any) -> None:
    assert np.array_equal(sent(array), array, equal_nan=True)


def test_a_longdouble_arrives_as_a_float64() -> None:
    arrived = sent(np.array([1.5], np.longdouble))
    assert arrived.dtype == np.float64
    assert arrived.tolist() == [1.5]


def test_containers_keep_their_kind_order_and_keys() -> None:
    tree = {"b": (np.array(1.0), [np.array(2.0)]), "a": (), "c": Unsupported("None")}
    arrived = sent(tree)
    assert list(arrived) == ["b", "a", "c"]
    assert type(arrived["b"]) is tuple
    assert type(arrived["b"][1]) is list
    assert arrived["a"] == ()
    assert arrived["c"] == Unsupported("None")


@pytest.mark.parametrize("value", [0.1, 1e-320, -0.0, 2.0, float("inf"), 3, -(10**30), True, None, "ä\n", "\ud800"])
def test_a_plain_value_arrives_as_itself_in_a_job(value: object) -> None:
    arrived = sent([value], TRUSTED)[0]
    assert type(arrived) is type(value)
    assert repr(arrived) == repr(value)


def test_a_numpy_number_arrives_in_a_job() -> None:
    assert sent(np.float64(0.1), TRUSTED) == 0.1
    assert sent(np.float32(0.5), TRUSTED).dtype == np.float32


@pytest.mark.parametrize("tree", [object(), {1j: 0}, np.array([1j]), np.array(["a"]), np.array([None])])
def test_what_has_no_place_in_a_frame_is_not_sent(tree: Any) -> None:
    with pytest.raises(TypeError):
        wire.encode(None, tree)


@pytest.mark.parametrize("value", [1.5, 3, True, "text"])
def test_a_submission_can_send_nothing_but_arrays(value: Any) -> None:
    with pytest.raises(WireError):
        wire.decode(wire.encode(None, [value]), 0, HOSTILE)


def test_a_decoded_bool_is_true_or_false_whatever_its_byte() -> None:
    frame = wire.decode(forged(["array", "|b1", [3]], b"\0\1\2"), 0, HOSTILE)
    assert frame is not None
    assert (frame.tree == np.array([False, True, True])).all()


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    frame = wire.decode(forged(["unsupported", "a\ud800b"]), 0, HOSTILE)
    assert frame is not None
    assert frame.tree == Unsupported("a?b")


def deep(levels: int) -> Any:
    return ["list", deep(levels - 1)] if levels else ["list"]


@pytest.mark.parametrize(
    "node",
    [
        ["array", "<f8", [1 << 60]],
        ["array", "<f8", [1 << 40, 1 << 40, 0]],
        ["array", "<f8", [-1]],
        ["array", "<f8", [1.0]],
        ["array", "<f8", [True]],
        ["array", "<f8", ["1"]],
        ["array", "<f8", 1],
        ["array", "<f8", [1]],
        ["array", "<f8", [0] * 17],
        ["array", "<f8"],
        ["array", "|O8", []],
        ["array", "<c16", [0]],
        ["array", ["<f8"], [0]],
        ["array", None, [0]],
        ["list", *[["list"]] * MAX_NODES],
        ["list", *[["list", *[["list"]] * 200]] * 200],
        ["dict", ["a", "a"], ["list"], ["list"]],
        ["dict", ["a"]],
        ["dict", [1], ["list"]],
        ["dict", "a", ["list"]],
        ["dict"],
        ["dict", ["a" * 201], ["list"]],
        ["unsupported"],
        ["unsupported", 1],
        ["unsupported", "x" * 201],
        ["object", "os.system"],
        [["list"]],
        [],
        {},
        deep(MAX_DEPTH + 1),
        b"[null,null",
        b"[null,NaN]",
        b"[null,1e5]",
        b"[null," + b"9" * 100_000 + b"]",
        b"[" * 100_000,
        b"null",
        b"[null]",
        b"\xff\xfe",
        b"",
    ],
    ids=lambda node: repr(node)[:40],
)
def test_a_forged_header_is_refused(node: Any) -> None:
    with pytest.raises(WireError):
        wire.decode(forged(node), 0, HOSTILE)


@pytest.mark.parametrize("sizes", [(HOSTILE.header + 1, 0), (1, HOSTILE.payload + 1), (2**32 - 1, 2**64 - 1)])
def test_a_lying_prefix_is_refused_before_anything_is_waited_for(sizes: tuple[int, int]) -> None:
    with pytest.raises(WireError):
        wire.decode(PREFIX.pack(wire.MAGIC, *sizes), 0, HOSTILE)


def test_another_beginning_is_refused() -> None:
    with pytest.raises(WireError):
        wire.decode(b"\x80\x04pickle" + bytes(20), 0, HOSTILE)


def test_a_payload_that_no_array_takes_is_refused() -> None:
    with pytest.raises(WireError):
        wire.decode(forged(["list"], b"surplus"), 0, HOSTILE)


def test_a_lying_header_reserves_no_memory() -> None:
    tracemalloc.start()
    with pytest.raises(WireError):
        wire.decode(forged(["array", "<f8", [1 << 39]]), 0, HOSTILE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_half_a_frame_is_none() -> None:
    frame = wire.encode(None, np.ones(3))
    assert all(wire.decode(frame[:length], 0, HOSTILE) is None for length in range(len(frame)))
