"""What a submission returned → the tree of arrays that travels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from grader.sandbox.wire.caps import MAX_DEPTH, MAX_DESCRIPTION, MAX_DIMENSIONS, MAX_KEY, MAX_NODES, MAX_SIZE
from grader.sandbox.wire.headers import ITEM_SIZES
from grader.sandbox.wire.records import Plain, Unsupported

MAX_BYTES = 16 << 20
"""The most bytes of arrays in one value."""

# One message carries several values (out, gradients, inputs, dout), each a few levels down.
_DEPTH = MAX_DEPTH - 4
_NODES = MAX_NODES // 5


def plain(value: Any) -> Plain:
    """The tree of `value`: copies of its arrays and numbers in its tuples, lists and dicts, `Unsupported` for the rest.

    Real dtypes and shapes are kept, except that a longdouble becomes a float64. Subclasses count as their base class. A
    container that holds itself, or one that is nested too deeply or too large, is `Unsupported`.
    """
    return _Copier().read(value, 0)


def changes(values: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Plain]:
    """The trees of those values that are no longer bit for bit what was sent."""
    return {name: plain(value) for name, value in values.items() if not _is_intact(value, sent[name])}


def _is_intact(value: Any, sent: Any) -> bool:
    if isinstance(sent, np.ndarray):
        if type(value) is not np.ndarray or value.shape != sent.shape or value.dtype != sent.dtype:
            return False
        return value.tobytes() == sent.tobytes()
    if isinstance(sent, dict):
        return value.keys() == sent.keys() and all(_is_intact(value[key], each) for key, each in sent.items())
    if isinstance(sent, (tuple, list)):
        return len(value) == len(sent) and all(map(_is_intact, value, sent))
    return value is sent


class _Copier:
    """Copies a value, counting as it goes."""

    def __init__(self) -> None:
        self._nodes = 0
        self._bytes = 0

    def read(self, value: Any, depth: int) -> Plain:
        self._nodes += 1
        if isinstance(value, (np.ndarray, np.generic)):
            return self._array(value)
        if isinstance(value, bool):
            return np.array(value)
        if isinstance(value, float):
            return np.array(float.__float__(value))
        if isinstance(value, int):
            whole = int.__int__(value)
            fits = -(1 << 63) <= whole < 1 << 63
            return np.array(whole, dtype=np.int64) if fits else Unsupported("an int of more than 64 bits")
        if isinstance(value, (tuple, list, dict)):
            return self._container(value, depth)
        return Unsupported(in_words(value))

    def _array(self, value: Any) -> Plain:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            return Unsupported(in_words(value))
        if array.ndim > MAX_DIMENSIONS:
            return Unsupported(f"an array of {array.ndim} dimensions")
        self._bytes += array.nbytes
        # Of an empty array the other axes count.
        size = array.size or math.prod(size or 1 for size in array.shape)
        if self._bytes > MAX_BYTES or size > MAX_SIZE:
            return Unsupported(f"{in_words(array)}, which is too large")
        return np.array(array, dtype=_kept_type(array.dtype))

    def _container(self, value: tuple[Any, ...] | list[Any] | dict[Any, Any], depth: int) -> Plain:
        if depth >= _DEPTH:
            return Unsupported("a container that is nested too deeply")
        if self._nodes + len(value) > _NODES:
            return Unsupported(f"{in_words(value)} with too many items")
        if isinstance(value, tuple):
            return tuple([self.read(item, depth + 1) for item in tuple.__iter__(value)])
        if isinstance(value, list):
            return [self.read(item, depth + 1) for item in list.__iter__(value)]
        named = {key: item for key, item in dict.items(value) if isinstance(key, str) and len(key) <= MAX_KEY}
        return {str(key): self.read(item, depth + 1) for key, item in named.items()}


@cache
def _kept_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The element type that the copy of an array of this one has."""
    known = dtype.newbyteorder("<").str in ITEM_SIZES
    return dtype.newbyteorder("=") if known else np.dtype(np.float64)


def in_words(value: Any) -> str:
    """A value in words, by its type: "None", "a str", "a complex128 array of shape (2,)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return _with_article(f"{value.dtype.name} array of shape {value.shape}")
    if isinstance(value, (complex, np.complexfloating)):
        return "a complex number"
    return _with_article(type(value).__name__)


def _with_article(noun: str) -> str:
    article = "an" if noun[:1].lower() in "aeio" or noun.startswith("ndarray") else "a"
    return f"{article} {noun}"[:MAX_DESCRIPTION]
