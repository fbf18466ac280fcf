"""A second run of a submission, on fresh cases, shows which near formulas its wrong gradients come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.judging.bench import Bench, Explained
from grader.judging.digest import run_identity
from grader.judging.observation import Observation, observe
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Run

Again: TypeAlias = Callable[[], Run]
"""Runs a submission on the fresh cases of its bench."""


@dataclass(frozen=True)
class SecondRun:
    """That of a submission whose `run` on the cases of its bench is over; without a `source` nothing is kept of it."""

    bench: Bench
    run: Run
    again: Again
    source: bytes | None = None

    def explain(self, judged: Sequence[Observation], names: Sequence[str]) -> Explained:
        """Which near formulas some wrong gradients come from."""
        if not self.bench.exercise.textbook:
            return {}
        if self.source is None:
            return self._find(judged, names) or {}
        shown = hashlib.sha256(hashlib.sha256(self.source).digest() + run_identity(self.run)).digest()
        return self.bench.explanations(self.bench.exercise, shown, lambda: self._find(judged, names))

    def _find(self, judged: Sequence[Observation], names: Sequence[str]) -> Explained | None:
        """The same, from the fresh cases; None if they aren't all answered."""
        from grader.judging.explaining import diagnosis

        bench, run = self.bench, self.again()
        if run.ending.kind != "finished" or run.error:
            return None
        right = [bench.formulas.right(0, case) for case in bench.fresh]
        references = [Reference({name: each[name] for name in bench.exercise.gradients}) for each in right]
        found = bench.formulas.explain(names, judged, observe(bench.exercise, bench.fresh, references, run.replies))
        return {name: diagnosis(bench.exercise, each, name) for name, each in found.items()}
