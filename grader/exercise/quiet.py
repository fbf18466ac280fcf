"""Computing in quiet, where what overflows, or is divided by 0, is a number like others."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np

_lock = Lock()
_inside = 0
_caught = warnings.catch_warnings()


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings; several threads may be in it at once, who would undo each other's filters otherwise."""
    global _inside, _caught
    with np.errstate(all="ignore"):
        with _lock:
            if not _inside:
                _caught = warnings.catch_warnings()
                _caught.__enter__()
                warnings.simplefilter("ignore")
            _inside += 1
        try:
            yield
        finally:
            with _lock:
                _inside -= 1
                if not _inside:
                    _caught.__exit__(None, None, None)
