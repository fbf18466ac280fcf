"""The values that inputs get in random cases, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.exercise.shapes import Shape

Array: TypeAlias = NDArray[Any]

Value: TypeAlias = Any
"""An array, a number, or tuples, lists and dicts of them."""


@dataclass(frozen=True)
class Drawing:
    """What a `draw` function may use to make the values of one input.

    `whole` asks for small whole numbers, readable by eye, where the maths allows them; `wide` for numbers of very
    different sizes.
    """

    rng: np.random.Generator
    shape: Shape
    sizes: Mapping[str, int]
    whole: bool
    wide: bool = False


Draw: TypeAlias = Callable[[Drawing], Value]
"""Makes an array of the shape `drawing.shape`, or what can become one."""


def with_signs(rng: np.random.Generator, sizes: Value) -> Array:
    """Numbers of these sizes, each with a random sign."""
    return np.asarray(sizes * rng.choice([-1.0, 1.0], np.shape(sizes)))


def real(drawing: Drawing) -> Array:
    """Signed values, never 0."""
    if drawing.whole:
        return with_signs(drawing.rng, drawing.rng.integers(1, 6, drawing.shape))
    scale = 10 ** drawing.rng.uniform(-3, 2, drawing.shape) if drawing.wide else 1.0
    return np.asarray(drawing.rng.normal(size=drawing.shape) * scale)


def positive(drawing: Drawing) -> Array:
    """Values above 0."""
    return np.abs(real(drawing)) + (0.0 if drawing.whole else 0.1)


def binary(drawing: Drawing) -> Array:
    """Targets 0.0 or 1.0."""
    return drawing.rng.integers(0, 2, drawing.shape).astype(float)


def smaller(by: float) -> Draw:
    """Signed values, divided by a number: weights that keep a sum of products small."""
    return lambda drawing: real(drawing) / by


def among(*values: float) -> Draw:
    """Some of a few values."""
    return lambda drawing: drawing.rng.choice(values, drawing.shape)


def between(low: float, high: float) -> Draw:
    """Values in [low, high], all as likely."""
    return lambda drawing: drawing.rng.uniform(low, high, drawing.shape)


def power_of_ten(low: int, high: int) -> Draw:
    """Powers of ten, from 10 to the `low` up to 10 to the `high`."""
    # Read, not raised: the last bit of a power depends on the processor.
    return among(*(float(f"1e{exponent}") for exponent in range(low, high + 1)))


def either(whole: Draw, other: Draw = real) -> Draw:
    """`whole` where numbers are to be readable by eye, and the `other` draw elsewhere."""
    return lambda drawing: (whole if drawing.whole else other)(drawing)


probability = either(among(0.1, 0.2, 0.25, 0.4, 0.6, 0.75, 0.8), between(0.05, 0.95))
"""Values in [0.05, 0.95]."""


def class_labels(classes: str) -> Draw:
    """Labels in [0, size of the axis `classes`), int64."""
    return lambda drawing: drawing.rng.integers(0, drawing.sizes[classes], drawing.shape, dtype=np.int64)
