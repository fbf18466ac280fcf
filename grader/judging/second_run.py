"""A second run of a submission, on fresh cases, shows which near formulas its wrong gradients come from.

Where an earlier run of the grader has found that of the same file and the same answers, there is no need of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from grader.judging.bench import Bench
from grader.judging.diagnosis import Diagnoses
from grader.judging.digest import run_identity
from grader.judging.observation import Observation, observe
from grader.reference.oracle import Reference
from grader.sandbox.wire.records import Run

Again: TypeAlias = Callable[[], Run]
"""Runs a submission on the fresh cases of its bench."""


@dataclass
class SecondRun:
    """That of a submission whose first one, `run`, is over; without its `source` nothing from earlier is asked for."""

    bench: Bench
    run: Run
    again: Again
    source: bytes | None = None
    _is_cut_off: bool = field(default=False, init=False)

    def recall(self, find: Callable[[], Diagnoses]) -> Diagnoses:
        """What was found earlier of the same source with the same answers, or else what `find` finds."""
        earlier, exercise = self.bench.earlier, self.bench.exercise
        if earlier is None or self.source is None:
            return find()
        digest = hashlib.sha256(run_identity(self.run) + self.source).digest()
        found = earlier.find(exercise, digest)
        if found is None:
            found = find()
            # With more time there may be more to say.
            if not self._is_cut_off:
                earlier.add(exercise, digest, found)
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
