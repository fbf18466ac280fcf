"""Frames between the grader and a submission's process: a JSON header and raw little-endian buffers, never pickle.

A frame is PREFIX (magic, header length, payload length), the header, the payload. The header is a list of two: `head`,
plain JSON, and a tree, whose nodes are JSON scalars or lists that begin with a tag: ["tuple", node…], ["list", node…],
["dict", keys, node…], ["array", dtype, shape] and ["unsupported", description]. The payload is the arrays' elements, in
C order and in the order of the tree.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.wire.caps import MAX_DESCRIPTION, MAX_DIMENSIONS, MAX_KEY, MAX_SIZE, Caps
from grader.sandbox.wire.records import Plain, Unsupported

Json: TypeAlias = Any

MAGIC = b"HGR1"
PREFIX = struct.Struct("<4sIQ")

ITEM_SIZES: Mapping[str, int] = {
    "<f8": 8,
    "<f4": 4,
    "<f2": 2,
    "<i8": 8,
    "<i4": 4,
    "<i2": 2,
    "|i1": 1,
    "<u8": 8,
    "<u4": 4,
    "<u2": 2,
    "|u1": 1,
    "|b1": 1,
}
"""The element types that travel, with their bytes an element."""

_DESCRIPTION = re.compile(r"[\w ,()\[\]?-]*")
"""Words and shapes: a description stands in a sentence of the grader's own, and must not read like another."""


class WireError(Exception):
    """What came is no frame, or more than the caps allow."""


@dataclass(frozen=True)
class Frame:
    """One message: `head` is plain JSON, `tree` containers of arrays, `end` the offset of the byte after it."""

    head: Json
    tree: Plain
    end: int


_ENCODER = json.JSONEncoder(separators=(",", ":"))


def encode(head: Json, tree: Plain = None) -> bytes:
    """One frame. Raises TypeError for a tree with a leaf that has no place in it."""
    buffers: list[bytes] = []
    node = _encode_node(tree, buffers)
    header = _ENCODER.encode([head, node]).encode()
    return b"".join([PREFIX.pack(MAGIC, len(header), sum(map(len, buffers))), header, *buffers])


def _encode_node(value: Plain, buffers: list[bytes]) -> Json:
    if isinstance(value, np.ndarray):
        return _encode_array(value, buffers)
    if isinstance(value, (tuple, list)):
        return ["tuple" if isinstance(value, tuple) else "list", *(_encode_node(item, buffers) for item in value)]
    if isinstance(value, dict):
        return ["dict", list(value), *(_encode_node(item, buffers) for item in value.values())]
    if isinstance(value, Unsupported):
        return ["unsupported", value.description[:MAX_DESCRIPTION]]
    if isinstance(value, np.generic) and not isinstance(value, float):
        return _encode_array(np.asarray(value), buffers)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a {type(value).__name__} can't be sent")


def _encode_array(array: NDArray[Any], buffers: list[bytes]) -> Json:
    dtype, target = _wire_type(array.dtype)
    buffers.append((array if target is None else array.astype(target)).tobytes())
    return ["array", dtype, list(array.shape)]


@cache
def _wire_type(dtype: np.dtype[Any]) -> tuple[str, str | None]:
    """As what an element type travels, and what it must be made into before, if anything. Raises TypeError."""
    name = dtype.newbyteorder("<").str
    if dtype.kind == "f" and name not in ITEM_SIZES:
        name = "<f8"
    if name not in ITEM_SIZES:
        raise TypeError(f"an array of {dtype} can't be sent")
    return name, None if dtype == np.dtype(name) else name


def decode(stream: bytes, start: int, caps: Caps) -> Frame | None:
    """The frame that begins at byte `start` of `stream`, or None if the stream ends before the frame does.

    Arrays are read-only views of a copy of the payload. Raises WireError.
    """
    if len(stream) - start < PREFIX.size:
        return None
    magic, header_size, payload_size = PREFIX.unpack_from(stream, start)
    if magic != MAGIC:
        raise WireError("a frame begins with the wrong bytes")
    if header_size > caps.header:
        raise WireError(f"a header of {header_size} bytes")
    if payload_size > caps.payload:
        raise WireError(f"a payload of {payload_size} bytes")
    begin = start + PREFIX.size
    middle = begin + header_size
    end = middle + payload_size
    if len(stream) < end:
        return None
    header = _parse(stream[begin:middle], caps)
    if type(header) is not list or len(header) != 2:
        raise WireError("a header that is no pair")
    reader = _TreeReader(stream[middle:end], caps)
    tree = reader.read(header[1], 0)
    if reader.offset != payload_size:
        raise WireError(f"a payload of {payload_size} bytes for arrays of {reader.offset}")
    return Frame(header[0], tree, end)


def size_after(prefix: bytes) -> int:
    """The number of bytes that follow the prefix of a frame that the grader wrote."""
    _, header_size, payload_size = PREFIX.unpack(prefix)
    return int(header_size + payload_size)


def write_all(fd: int, data: bytes) -> None:
    """Writes all of `data` to the descriptor `fd`, however often that takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


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


class _TreeReader:
    """Reads a tree and takes its arrays from the payload, counting as it goes."""

    def __init__(self, payload: bytes, caps: Caps) -> None:
        self.offset = 0
        self._payload = payload
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

    def _array(self, node: list[Json]) -> NDArray[Any]:
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
        if self.offset > len(self._payload):
            raise WireError("an array that reaches beyond the payload")
        if dtype == "|b1":
            # A bool of any other byte than 0 and 1 compares with nothing as it should.
            array: NDArray[Any] = np.frombuffer(self._payload, np.uint8, count, start) != 0
        else:
            array = np.frombuffer(self._payload, np.dtype(dtype), count, start)
        return array.reshape(shape)


def text(value: Json, longest: int) -> str:
    """`value` if it is text of at most `longest` characters, without lone surrogates. Raises WireError."""
    if type(value) is not str or len(value) > longest:
        raise WireError("a text that is missing or too long")
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
