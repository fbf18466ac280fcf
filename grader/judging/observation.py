"""A submission's answers beside PyTorch's: one case of an exercise, and one gradient in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.cases import Case
from grader.exercise import Array
from grader.judging.comparison import Mismatch, array_of
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Plain, StudentError


@dataclass(frozen=True)
class Observation:
    """What one case showed.

    `got` holds the submission's gradients by name, or is None where it returned none: then there is an `error`, or a
    `problem` with the form of what it returned, in words. `out` is its forward's output; `touched` names what it
    changed in place.
    """

    case: Case
    reference: Reference
    got: Mapping[str, Plain] | None
    out: Plain = None
    error: StudentError | None = None
    problem: str = ""
    touched: tuple[str, ...] = ()
    printed: str = ""

    def arrays(self, name: str) -> tuple[Array, Array] | None:
        """The submission's array of one gradient and PyTorch's; None where either is no array."""
        got = array_of(self.got[name]) if self.got and name in self.got else None
        expected = self.reference.gradients[name]
        return (got, expected) if isinstance(got, np.ndarray) and isinstance(expected, np.ndarray) else None


@dataclass(frozen=True)
class Marked:
    """One gradient in all cases: the mismatch in each case where it is wrong by itself.

    In a network a gradient may only follow from a wrong one: `follows` are the cases where it is right but for the
    submission's own gradients upstream of it, and `empty` those where this says nothing: zeros that follow from zeros,
    or one number everywhere. It is `hollow` where that is most of it.
    """

    name: str
    faults: Mapping[int, Mismatch]
    follows: frozenset[int] = frozenset()
    empty: frozenset[int] = frozenset()
    hollow: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it never came back under its name."""
        return bool(self.faults) and all(fault.kind == "missing" for fault in self.faults.values())

    @property
    def differs(self) -> int:
        """The number of cases in which it differs from PyTorch's."""
        return len(self.faults) + len(self.follows) + len(self.empty)
