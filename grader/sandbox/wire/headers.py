"""What the header of a frame says: a tree with a slot for each array, whose numbers follow; read from hostile text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.wire.caps import MAX_DESCRIPTION, MAX_DIMENSIONS, MAX_KEY, MAX_SIZE, Caps
from grader.sandbox.wire.records import Plain, Unsupported

Json: TypeAlias = Any

_TYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1")

ITEM_SIZES: Mapping[str, int] = {name: np.dtype(name).itemsize for name in _TYPES}
"""The element types that travel, with their bytes an element."""

_DESCRIPTION = re.compile(r"[\w ,()\[\]?-]*")
"""Words and shapes: a description stands in a sentence of the grader's own, and must not read like another."""


MAX_PLAN, MAX_PLANS = 1_000, 1_000
"""Of headers of at most so many bytes, so many are remembered."""


class WireError(Exception):
    """What came is no frame, or more than the caps allow."""


@lru_cache(MAX_PLANS)
def _small_plan(header: bytes, caps: Caps) -> tuple[Json, Plain, int]:
    return _new_plan(header, caps)


def plan(header: bytes, caps: Caps) -> tuple[Json, Plain, int]:
    """What a header says: the head, the tree with a `Slot` for each array, and the bytes of all of them.

    A class says the same thousands of times, with other numbers: it is read once. Raises WireError.
    """
    return (_small_plan if len(header) <= MAX_PLAN else _new_plan)(header, caps)


def _new_plan(header: bytes, caps: Caps) -> tuple[Json, Plain, int]:
    parsed = _parse(header, caps)
    if type(parsed) is not list or len(parsed) != 2:
        raise WireError("a header that is no pair")
    reader = _TreeReader(caps)
    tree = reader.read(parsed[1], 0)
    return parsed[0], tree, reader.offset


def filled(node: Plain, payload: bytes) -> Plain:
    """A tree of its own, with the arrays of a payload in its slots."""
    kind = type(node)
    if kind is Slot:
        return node.array(payload)
    if kind is dict:
        return {key: filled(item, payload) for key, item in node.items()}
    if kind is tuple:
        return tuple([filled(item, payload) for item in node])
    return [filled(item, payload) for item in node] if kind is list else node


def _parse(header: bytes, caps: Caps) -> Json:
    try:
        if caps.scalars:
            return json.loads(header)
        return _DECODER.decode(header.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise WireError(f"a header that is no JSON ({type(error).__name__})") from None


def _short_int(digits: str) -> int:
    # int() of a long text takes time quadratic in its length.
    if len(digits) > 20:
        raise WireError("a number with too many digits")
    return int(digits)


def _no_number(text: str) -> NoReturn:
    raise WireError("a number that is no whole number")


_DECODER = json.JSONDecoder(parse_int=_short_int, parse_float=_no_number, parse_constant=_no_number)


@dataclass(frozen=True)
class Slot:
    """Where in a payload an array is: `count` elements of a `dtype`, from byte `start` on."""

    start: int
    count: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def array(self, payload: bytes) -> NDArray[Any]:
        """The array."""
        if self.dtype.kind == "b":
            # A bool of any other byte than 0 and 1 compares with nothing as it should.
            array: NDArray[Any] = np.frombuffer(payload, np.uint8, self.count, self.start) != 0
        else:
            array = np.frombuffer(payload, self.dtype, self.count, self.start)
        return array.reshape(self.shape)


class _TreeReader:
    """Reads a tree whose arrays are slots in the payload, counting as it goes."""

    def __init__(self, caps: Caps) -> None:
        self.offset = 0
        self._caps = caps
        self._nodes = 0

    def read(self, node: Json, depth: int) -> Plain:
        self._nodes += 1
        if self._nodes > self._caps.nodes or depth > self._caps.depth:
            raise WireError("a tree with too many nodes")
        if type(node) is not list:
            if node is None or (self._caps.scalars and type(node) is not dict):
                return node
            raise WireError("a node that is no list")
        tag = node[0] if node else None
        if tag == "array":
            return self._array(node)
        if tag == "list":
            return [self.read(item, depth + 1) for item in node[1:]]
        if tag == "tuple":
            return tuple([self.read(item, depth + 1) for item in node[1:]])
        if tag == "dict":
            return self._dict(node, depth)
        if tag == "unsupported" and len(node) == 2:
            description = text(node[1], MAX_DESCRIPTION)
            return Unsupported(description if _DESCRIPTION.fullmatch(description) else "something else")
        raise WireError("a node of no known kind")

    def _dict(self, node: list[Json], depth: int) -> dict[str, Plain]:
        if len(node) < 2 or type(node[1]) is not list or len(node[1]) != len(node) - 2:
            raise WireError("a dict whose keys and values don't match")
        keys = [text(key, MAX_KEY) for key in node[1]]
        if len(set(keys)) != len(keys):
            raise WireError("a dict with the same key twice")
        return {key: self.read(item, depth + 1) for key, item in zip(keys, node[2:], strict=True)}

    def _array(self, node: list[Json]) -> Slot:
        if len(node) != 3 or type(node[1]) is not str or node[1] not in ITEM_SIZES or type(node[2]) is not list:
            raise WireError("an array without dtype and shape")
        dtype, shape = node[1], node[2]
        if len(shape) > MAX_DIMENSIONS:
            raise WireError(f"an array of {len(shape)} dimensions")
        count = capacity = 1
        for size in shape:
            if type(size) is not int or size < 0:
                raise WireError("an array whose shape is no list of sizes")
            count *= size
            capacity *= max(size, 1)
        if capacity > MAX_SIZE:
            raise WireError("an array of too many elements")
        start = self.offset
        self.offset += count * ITEM_SIZES[dtype]
        if self.offset > self._caps.payload:
            raise WireError("an array that reaches beyond the payload")
        return Slot(start, count, np.dtype(dtype), tuple(shape))


def text(value: Json, longest: int) -> str:
    """`value` if it is text of at most `longest` characters, without lone surrogates. Raises WireError."""
    if type(value) is not str or len(value) > longest:
        raise WireError("a text that is missing or too long")
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
