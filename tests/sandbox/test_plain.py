"""Whatever a function returned becomes a tree of arrays, or is named for what it is."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest

from grader.sandbox.wire.caps import HOSTILE
from grader.sandbox.wire.frames import decode, encode
from grader.sandbox.wire.plain import MAX_BYTES, plain
from grader.sandbox.wire.records import Unsupported


class Liar(np.ndarray[Any, Any]):
    """An array that lies about its values whenever it is asked."""

    def tolist(self) -> Any:
        return [0.0]

    def __array_ufunc__(self, *arguments: Any, **named: Any) -> Any:
        return True

    def __array__(self, *arguments: Any, **named: Any) -> Any:
        return np.zeros(7)


class Dishonest:
    """A thing that offers an array to whoever asks."""

    def __array__(self, *arguments: Any, **named: Any) -> Any:
        return np.zeros(3)

    def __float__(self) -> float:
        return 1.0


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "f8"),
        (3, "i8"),
        (True, "?"),
        (np.float32(1.5), "f4"),
        (np.float16(1.5), "f2"),
        (np.int8(3), "i1"),
        (np.bool_(True), "?"),
        (np.longdouble(1.5), "f8"),
        (np.array(1.5), "f8"),
    ],
)
def test_a_real_number_becomes_an_array_without_axes(value: Any, dtype: str) -> None:
    assert plain(value).dtype == np.dtype(dtype)
    assert plain(value).shape == ()
    assert plain(value) == value


def test_an_array_is_copied_with_its_shape_and_dtype() -> None:
    array = np.arange(6, dtype=np.int32).reshape(2, 3).T
    copy = plain(array)
    array[:] = 0
    assert copy.dtype == np.int32
    assert copy.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_containers_stay_what_they_are() -> None:
    Pair = namedtuple("Pair", "a b")
    tree = plain({"a": [1.0, (2.0,)], "b": Pair(1.0, 2.0), "c": OrderedDict(x=1)})
    assert list(tree) == ["a", "b", "c"]
    assert type(tree["a"]) is list
    assert type(tree["b"]) is tuple
    assert type(tree["c"]) is dict


def test_keys_that_are_no_names_are_left_out() -> None:
    kept = plain({1: 2.0, None: 2.0, "k" * 1000: 2.0, "dx": 3.0})
    assert list(kept) == ["dx"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("text", "a str"),
        (b"text", "a bytes"),
        (1j, "a complex number"),
        (np.complex64(1), "a complex number"),
        (np.array([1j, 2j]), "a complex128 array of shape (2,)"),
        (np.array([None]), "an object array of shape (1,)"),
        (np.array(["a"]), "a str32 array of shape (1,)"),
        ({1.0}, "a set"),
        ((x for x in [1]), "a generator"),
        (object(), "an object"),
        (Dishonest(), "a Dishonest"),
        (len, "a builtin_function_or_method"),
        (2**63, "an int of more than 64 bits"),
        (np.zeros((1,) * 20), "an array of 20 dimensions"),
    ],
)
def test_anything_else_is_named(value: Any, words: str) -> None:
    assert plain(value) == Unsupported(words)


def test_one_strange_item_leaves_the_others() -> None:
    assert plain((None, 1.0)) == (Unsupported("None"), np.array(1.0))


def test_a_lying_subclass_is_taken_for_the_array_that_it_is() -> None:
    liar = np.arange(3.0).view(Liar)
    assert type(plain(liar)) is np.ndarray
    assert plain(liar).tolist() == [0.0, 1.0, 2.0]


def test_a_container_that_holds_itself_comes_to_an_end() -> None:
    ring: list[Any] = [1.0]
    ring.append(ring)
    assert "nested too deeply" in repr(plain(ring))


def test_a_container_of_too_many_items_is_named() -> None:
    assert plain([0.0] * 1_000_000) == Unsupported("a list with too many items")


def test_an_array_of_too_many_bytes_is_named() -> None:
    value = plain(np.zeros(MAX_BYTES // 8 + 1))
    assert isinstance(value, Unsupported)
    assert "too large" in value.description


@pytest.mark.parametrize("depth", range(30))
@pytest.mark.parametrize("width", [1, 3000])
def test_whatever_plain_gives_can_travel(depth: int, width: int) -> None:
    value: Any = [0.0] * width
    for _ in range(depth):
        value = ({"k": value},)
    frame = encode(None, {name: plain(value) for name in ("out", "gradients", "inputs", "dout")})
    assert decode(frame, 0, HOSTILE) is not None
