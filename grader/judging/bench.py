"""An exercise with all that its submissions are judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from grader.cases import DEFAULT_SEED, Case
from grader.exercise import Exercise
from grader.judging.comparison import Row, tolerance
from grader.judging.diagnosis import Diagnoses, Predictions
from grader.reference.oracle import Reference
from grader.reference.sheet import Sheet, Sheets, fresh_sheet
from grader.sandbox.wire.records import Job, Trial

if TYPE_CHECKING:
    from grader.judging.explaining import Formulas

FRESH_SHARE = 0.2
"""Of the time that an exercise has, for the fresh cases: who needs more gets no formula, but the verdict at once."""

T = TypeVar("T", bound="Bench")


class EarlierDiagnoses(Protocol):
    """What was found of an exercise's submissions in earlier runs, by the digest of a source and its answers."""

    def find(self, exercise: Exercise, digest: bytes) -> Diagnoses | None:
        """What was found, if anything is known of these."""

    def add(self, exercise: Exercise, digest: bytes, found: Diagnoses) -> None:
        """Takes up what is found now."""


@dataclass(frozen=True)
class Bench:
    """An exercise with its cases and references for one seed: computed once, used for every submission."""

    exercise: Exercise
    seed: int = DEFAULT_SEED
    sheets: Sheets = field(default=fresh_sheet, repr=False)
    earlier: EarlierDiagnoses | None = field(default=None, repr=False)

    def of(self: T, sheet: Sheet) -> T:
        """The same bench with other cases, numbered in their order; of answers to these nothing was found earlier."""
        made = replace(self, earlier=None)
        vars(made)["sheet"] = sheet
        return made

    @cached_property
    def sheet(self) -> Sheet:
        """Its cases with PyTorch's answers."""
        return self.sheets(self.exercise, self.seed)

    @property
    def cases(self) -> tuple[Case, ...]:
        """All its cases; needs no torch."""
        return self.sheet.cases

    @property
    def references(self) -> tuple[Reference, ...]:
        """PyTorch's answer to each case."""
        return self.sheet.references

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """The references of a gradient, and of the forward under "", where each is one array in every case."""
        judged = [
            (reference, tolerance(case, self.exercise.rtol))
            for case, reference in zip(self.cases, self.references, strict=True)
            if case.group != "unchanged"
        ]
        made: dict[str, Row] = {}
        # With `settle`, what is expected depends on the answer.
        for name in ("", *self.exercise.gradients) if self.exercise.settle is None else ():
            expected = [(each.gradients[name] if name else each.out, within) for each, within in judged]
            if all(isinstance(value, np.ndarray) for value, _ in expected):
                made[name] = Row(expected)
        return made

    @cached_property
    def predictions(self) -> Predictions:
        """What each misconception gives in each case."""
        return Predictions(self.exercise, self.sheet.following)

    @property
    def fresh(self) -> tuple[Case, ...]:
        """The cases that tell which formula a wrong gradient comes from."""
        return self.sheet.fresh

    @cached_property
    def formulas(self) -> Formulas:
        """Its near formulas."""
        # Only where something is wrong, and nobody knows the mistake.
        from grader.judging.explaining import Formulas

        return Formulas(self.exercise)

    @cached_property
    def _trials(self) -> tuple[Trial, ...]:
        return _trials(self.cases)

    @cached_property
    def _fresh_trials(self) -> tuple[Trial, ...]:
        return _trials(self.fresh)

    def job(self, source: bytes, fresh: bool = False) -> Job:
        """What the sandbox is to run for a submission's source, on its cases or on the fresh ones."""
        exercise = self.exercise
        return Job(
            file=exercise.file,
            source=source,
            driver=exercise.driver or ("pair" if exercise.is_pair else "calls"),
            functions=exercise.functions,
            calls=tuple((call.function, call.arguments, call.result) for call in exercise.calls),
            trials=self._fresh_trials if fresh else self._trials,
            seconds=exercise.seconds * (FRESH_SHARE if fresh else 1),
        )


def _trials(cases: Sequence[Case]) -> tuple[Trial, ...]:
    return tuple(Trial(case.inputs, case.dout, case.layout) for case in cases)
