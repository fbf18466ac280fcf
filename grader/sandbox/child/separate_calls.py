"""The calls that one call of a forward stands for, where its inputs have more axes than they should."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 200
"""So many of the calls are looked at."""


def separate(given: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A call with one set of inputs for each index of the axes that arrays have before those of the forward's `inputs`.

    Many steps can be taken in one call, by an axis more: x + h * np.eye(x.size). Objects become numbers.
    """
    arrays = {name: array for name, value in given.items() if (array := _array(value, inputs.get(name))) is not None}
    places = {name: array.ndim - np.ndim(inputs[name]) for name, array in arrays.items()}
    try:
        before = np.broadcast_shapes(*(array.shape[: places[name]] for name, array in arrays.items()))
        wide = {name: np.broadcast_to(each, before + each.shape[places[name] :]) for name, each in arrays.items()}
    except ValueError:
        return [given]
    return [
        {**given, **{name: each[index] for name, each in wide.items()}} for index in islice(np.ndindex(before), MOST)
    ]


def _array(value: Any, own: Any) -> NDArray[Any] | None:
    """A value as an array, if it is to be taken in another way than it stands; `own` is the forward's own input."""
    if not isinstance(own, (np.ndarray, float, int)):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = array.astype(complex)
            array = array if array.imag.any() else array.real
        elif array.ndim <= np.ndim(own):
            return None
    except (TypeError, ValueError, OverflowError):
        return None
    before = array.ndim - np.ndim(own)
    return array if before >= 0 and array.shape[before:] == np.shape(own) else None
