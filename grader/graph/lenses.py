"""What a product, a convolution or a pooling looks at to make one element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from grader.graph.diagram import Lens
from grader.graph.values import Value

_KINDS: Mapping[str, Literal["matmul", "conv2d", "max_pool"]] = {
    "matmul": "matmul",
    "conv2d": "conv2d",
    "max_pool2d": "max_pool",
}


def lens(value: Value, ids: Mapping[Value, str]) -> Lens | None:
    """How the operation of a value looks at its operands; None where it works otherwise."""
    kind = _KINDS.get(value.operation)
    arrays = value.sources
    if kind is None or (kind == "matmul" and max(each.tensor.ndim for each in arrays) > 2):
        return None
    operands = tuple(ids[each] for each in arrays)
    if kind == "conv2d":
        return Lens(kind, operands, _number(value, "stride", 1), _number(value, "padding", 0))
    if kind == "max_pool":
        size = next(int(each) for each in value.operands if not isinstance(each, Value))
        step = _number(value, "stride", 0) or size
        return Lens(kind, operands, step, size=size, picked=_picked(value, size, step))
    return Lens(kind, operands)


def _number(value: Value, name: str, default: int) -> int:
    option: Any = value.options.get(name)
    return default if option is None else int(option)


def _picked(value: Value, size: int, step: int) -> tuple[int, ...]:
    """For each pixel that comes out, the place of the largest one in its window, in C order of the images."""
    x = value.sources[0].tensor.detach().numpy()
    places = []
    for n, c, row, column in np.ndindex(*value.tensor.shape):
        window = x[n, c, row * step : row * step + size, column * step : column * step + size]
        k, m = np.unravel_index(int(window.argmax()), window.shape)
        places.append(int(np.ravel_multi_index((n, c, row * step + int(k), column * step + int(m)), x.shape)))
    return tuple(places)
