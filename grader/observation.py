"""One case of one exercise, with PyTorch's answer and the submission's side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.cases import Case
from grader.compare import Mismatch
from grader.reference import Reference
from grader.sandbox.records import Plain, StudentError


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
    def differs(self) -> int:
        """The number of cases in which it differs from PyTorch's."""
        return len(self.faults) + len(self.follows) + len(self.empty)
