"""Data that comes with the package; where it is from stands in README.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def digits() -> tuple[NDArray[Any], NDArray[Any]]:
    """The 1797 handwritten digits: X (1797, 64), float64 in [0, 1], and their labels (1797,), int64; both read-only."""
    with np.load(Path(__file__).parent / "digits.npz") as file:
        X, labels = file["X"] / 16, file["labels"].astype(np.int64)
    X.flags.writeable = labels.flags.writeable = False
    return X, labels
