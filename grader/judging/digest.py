"""Digests of what came back: the same for all submissions of a class that give the same wrong answer.

`digest` overlooks rounding; `identity` and `run_identity` overlook nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.judging.comparison import FLOAT64, array_of
from grader.judging.observation import Observation
from grader.sandbox.wire.records import Plain, Run

DIGITS = 6
"""So many digits of a sum of numbers count: the same formula, written in two ways, differs in the fifteenth."""

PLACES = 8
"""So many places after the point count, where dout is about 1: what should be 0 may be left over from rounding."""


def digest(judged: Iterable[Observation], names: Sequence[str]) -> str:
    """The digest of what came back of some gradients in every judged case: shapes, and numbers but for rounding.

    Cases in float32 are left out: there two ways to write one formula differ too soon.
    """
    with np.errstate(all="ignore"):
        parts = [(name, _part(seen, name)) for seen in judged if not seen.case.float32 for name in names]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def identity(observations: Iterable[Observation]) -> bytes:
    """The digest of all that some cases showed of the gradients, to the last bit: the same where nothing differs."""
    return _exactly([[seen.case.number, seen.error is None, seen.got] for seen in observations])


def run_identity(run: Run) -> bytes:
    """The digest of all that came back of a run, to the last bit: the same where nothing differs."""
    replies = [reply and [reply.results, reply.error, reply.printed] for reply in run.replies]
    return _exactly([replies, run.ending, run.error, run.printed, run.output, run.place])


def _exactly(value: Any) -> bytes:
    """The digest of a value that no other one has."""
    digest = hashlib.sha256()
    _add(digest.update, value)
    return digest.digest()


def _add(add: Callable[[bytes], object], value: Any) -> None:
    """Adds a value, piece by piece: it may be as large as a job's replies."""
    if isinstance(value, np.ndarray):
        # These say how many bytes follow.
        _add_text(add, f"{value.dtype.str} {value.shape}")
        add(value.tobytes())
    elif isinstance(value, Mapping):
        _add_text(add, f"keys {list(value)!r}")
        for each in value.values():
            _add(add, each)
    elif isinstance(value, (list, tuple)):
        _add_text(add, f"{type(value).__name__} {len(value)}")
        for each in value:
            _add(add, each)
    else:
        _add_text(add, f"= {value!r}")


def _add_text(add: Callable[[bytes], object], text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    # Without its length, it might end elsewhere.
    add(b"%d %b" % (len(data), data))


def _part(seen: Observation, name: str) -> Any:
    if seen.got is None or name not in seen.got:
        return None
    return _rounded(seen.got[name], seen.within.atol / FLOAT64.atol)


def _rounded(value: Plain, scale: float) -> Any:
    array = array_of(value)
    if isinstance(array, np.ndarray):
        # Most submissions of a student are right, and have none.
        from grader.formula.near import projection

        # Its weights are irrational: it doesn't lie half-way between two rounded numbers, as 1/128 does.
        return array.shape, f"{round(projection(array) / scale, PLACES) + 0.0:.{DIGITS}g}"
    if isinstance(value, Mapping):
        return [(str(key), _rounded(each, scale)) for key, each in value.items()]
    return array.description
