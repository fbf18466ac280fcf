"""The notation of shapes, and all that reads it: "N d_x" names axes, "..." stands for any, "" is a number.

Where a value is of another kind, and passed as it is, its shape is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

ANY_SHAPE = "..."
"""A shape of any rank, the same for every input and output that has it."""

Shape: TypeAlias = tuple[int, ...]

Sizes: TypeAlias = Mapping[str, int | Shape]
"""The size of each named axis, and of `ANY_SHAPE` the shape."""


def axes(shape: str | None) -> tuple[str, ...]:
    """The axes that a shape names; `ANY_SHAPE` counts as one."""
    return tuple((shape or "").split())


def rank(shape: str | None) -> int | None:
    """How many axes an array has; None for any number of them."""
    return None if shape == ANY_SHAPE else len(axes(shape))


def sizes_of(shape: str | None, value: Any) -> dict[str, int | Shape]:
    """What the axes of a shape measure in a value that has it."""
    if not shape:
        return {}
    found = np.shape(value)
    return {ANY_SHAPE: found} if shape == ANY_SHAPE else dict(zip(axes(shape), found, strict=True))


def in_numbers(shape: str | None, sizes: Sizes) -> Shape:
    """A shape whose axes have these sizes: (3, 2) for "N d_x"."""
    found: list[int] = []
    for axis in axes(shape):
        size = sizes[axis]
        found += [size] if isinstance(size, int) else size
    return tuple(found)


def label(sizes: Sizes) -> str:
    """Sizes as they name a case: "N = 3, d_x = 2"."""
    return ", ".join(f"{'shape' if axis == ANY_SHAPE else axis} = {size}" for axis, size in sizes.items())
