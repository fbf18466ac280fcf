"""Frames between the grader and a submission's process: a JSON header and raw little-endian buffers, never pickle.

A frame is PREFIX (magic, header length, payload length), the header, the payload. The header is a list of two: `head`,
plain JSON, and a tree, whose nodes are JSON scalars or lists that begin with a tag: ["tuple", node…], ["list", node…],
["dict", keys, node…], ["array", dtype, shape] and ["unsupported", description]. The payload is the arrays' elements, in
C order and in the order of the tree.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.wire.caps import MAX_DESCRIPTION, Caps
from grader.sandbox.wire.headers import ITEM_SIZES, Json, WireError, filled, plan
from grader.sandbox.wire.records import Plain, Unsupported

MAGIC = b"HGR1"
PREFIX = struct.Struct("<4sIQ")


@dataclass(frozen=True)
class Frame:
    """One message: `head` is plain JSON, `tree` containers of arrays, `end` the offset of the byte after it."""

    head: Json
    tree: Plain
    end: int


_ENCODER = json.JSONEncoder(separators=(",", ":"))

as_json = _ENCODER.encode


def encode(head: Json, tree: Plain = None) -> bytes:
    """One frame. Raises TypeError for a tree with a leaf that has no place in it."""
    return framed(as_json(head), tree)


def framed(head: str, tree: Plain) -> bytes:
    """One frame, with a head that is JSON text already. Raises TypeError, as `encode` does."""
    buffers: list[bytes] = []
    header = f"[{head},{_encode_node(tree, buffers)}]".encode()
    return b"".join([PREFIX.pack(MAGIC, len(header), sum(map(len, buffers))), header, *buffers])


def _encode_node(value: Plain, buffers: list[bytes]) -> str:
    """A node as JSON text: there are many, and to build lists of them first takes twice as long."""
    if isinstance(value, np.ndarray):
        return _encode_array(value, buffers)
    if isinstance(value, (tuple, list)):
        items = [_encode_node(item, buffers) for item in value]
        return ",".join(['["tuple"' if isinstance(value, tuple) else '["list"', *items]) + "]"
    if isinstance(value, dict):
        items = [_encode_node(item, buffers) for item in value.values()]
        return ",".join([f'["dict",{_keys(tuple(value))}', *items]) + "]"
    if isinstance(value, Unsupported):
        return as_json(["unsupported", value.description[:MAX_DESCRIPTION]])
    if isinstance(value, np.generic) and not isinstance(value, float):
        return _encode_array(np.asarray(value), buffers)
    if value is None or isinstance(value, (bool, int, float, str)):
        return as_json(value)
    raise TypeError(f"a {type(value).__name__} can't be sent")


def _encode_array(array: NDArray[Any], buffers: list[bytes]) -> str:
    dtype, target = _wire_type(array.dtype)
    buffers.append((array if target is None else array.astype(target)).tobytes())
    return f'["array","{dtype}",[{",".join(map(str, array.shape))}]]'


@lru_cache(256)
def _keys(keys: tuple[str, ...]) -> str:
    """The keys of a dict as JSON text; one reply has the same as the next."""
    return as_json(keys)


@cache
def _wire_type(dtype: np.dtype[Any]) -> tuple[str, str | None]:
    """As what an element type travels, and what it must be made into before, if anything. Raises TypeError."""
    name = dtype.newbyteorder("<").str
    if dtype.kind == "f" and name not in ITEM_SIZES:
        name = "<f8"
    if name not in ITEM_SIZES:
        raise TypeError(f"an array of {dtype} can't be sent")
    return name, None if dtype == np.dtype(name) else name


def decode(stream: bytes | bytearray, start: int, caps: Caps) -> Frame | None:
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
    view = memoryview(stream)
    head, tree, size = plan(bytes(view[begin:middle]), caps)
    if size != payload_size:
        raise WireError(f"a payload of {payload_size} bytes for arrays of {size}")
    return Frame(head, filled(tree, bytes(view[middle:end])), end)


def size_after(prefix: bytes) -> int:
    """The number of bytes that follow the prefix of a frame that the grader wrote."""
    _, header_size, payload_size = PREFIX.unpack(prefix)
    return int(header_size + payload_size)


def write_all(fd: int, data: bytes) -> None:
    """Writes all of `data` to the descriptor `fd`, however often that takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
