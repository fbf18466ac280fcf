"""A second run of a submission, on fresh cases, shows which near formulas its wrong gradients come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.judging.bench import Bench, Diagnoses
from grader.judging.digest import run_identity
from grader.judging.observation import Observation, observe
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Run

Again: TypeAlias = Callable[[], Run]
"""Runs a submission on the fresh cases of its bench."""


@dataclass
class SecondRun:
    """That of a submission whose `run` on the cases of its bench is over; without a `source` nothing is kept of it."""

    bench: Bench
    run: Run
    again: Again
    source: bytes | None = None
    _is_cut_off: bool = False

    def diagnoses(self, find: Callable[[], Diagnoses]) -> Diagnoses:
        """What the bench has kept of the same source with the same answers, or else what `find` finds."""
        kept, exercise = self.bench.kept, self.bench.exercise
        if kept is None or self.source is None:
            return find()
        shown = hashlib.sha256(hashlib.sha256(self.source).digest() + run_identity(self.run)).digest()
        known = kept.find(exercise, shown)
        if known is not None:
            return known
        found = find()
        # With more time there may be more to say.
        if not self._is_cut_off:
            kept.add(exercise, shown, found)
        return found

    def explain(self, judged: Sequence[Observation], names: Sequence[str]) -> Diagnoses:
        """Which near formulas some wrong gradients come from, as far as what it makes of fresh cases tells."""
        bench = self.bench
        if not bench.exercise.textbook:
            return {}
        from grader.judging.explaining import diagnosis

        run = self.again()
        if run.ending.kind != "finished" or run.error:
            self._is_cut_off = True
            return {}
        right = [bench.formulas.right(0, case) for case in bench.fresh]
        references = [Reference({name: each[name] for name in bench.exercise.gradients}) for each in right]
        found = bench.formulas.explain(names, judged, observe(bench.exercise, bench.fresh, references, run.replies))
        return {name: diagnosis(bench.exercise, each, name) for name, each in found.items()}
