"""The most of everything that travels: who writes keeps to it, and who reads takes no more."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DIMENSIONS = 16
MAX_DEPTH = 16
MAX_NODES = 20_000
MAX_KEY = 200
MAX_DESCRIPTION = 200
MAX_PAYLOAD = 32 << 20
"""The most bytes that a job brings back: four hundred times what any worked solution does."""

MAX_SIZE = 2 << 20
"""The most elements of an array, an axis of length 0 counted as 1: sums along it have as many as the others say."""

MAX_NAME = 200
MAX_MESSAGE = 2_000
MAX_LINE = 400
"""Characters of a name, of an exception's message and of a line of the source, in an error."""

MAX_FACTS, MAX_WORDS, MAX_WORD = 48, 12, 32
"""Facts about an error, words of one, and characters of a word."""

MAX_PRINTED = 4_000
"""Bytes kept of what one trial printed."""

MAX_OUTPUT = 64 << 10
"""Bytes kept of what one job printed."""


@dataclass(frozen=True)
class Caps:
    """What a decoder accepts at most: bytes, nodes, depth; and whether numbers and text may stand in the tree."""

    header: int
    payload: int
    nodes: int
    depth: int
    scalars: bool


HOSTILE = Caps(header=2 << 20, payload=MAX_PAYLOAD, nodes=MAX_NODES, depth=MAX_DEPTH, scalars=False)
"""For what a submission's process says."""

TRUSTED = Caps(header=1 << 30, payload=1 << 40, nodes=1 << 30, depth=100, scalars=True)
"""For the job, which the grader itself wrote."""
