"""Benches for processes without PyTorch: everything that it can be asked beforehand goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.cases import Case
from grader.exercise import Array, Exercise
from grader.judge import Bench, Prepared
from grader.reference import LocalGradients, TorchNeededError, local_gradients

if TYPE_CHECKING:
    from grader.graph.records import Graph


@dataclass(frozen=True)
class Portable:
    """A bench as it travels; in a network, with the local gradients of each case, for a wrong node."""

    prepared: Prepared
    local: tuple[LocalGradients, ...]
    graphs: Mapping[int, Graph]

    @classmethod
    def of(cls, bench: Bench, graphs: Mapping[int, Graph] | None = None) -> Portable:
        """A bench of this process, made ready to travel, with `graphs` if they are drawn there; asks PyTorch."""
        cases = bench.cases if bench.exercise.network else ()
        return cls(bench.prepared(), tuple(local_gradients(bench.exercise, case) for case in cases), graphs or {})

    def bench(self) -> Bench:
        """A bench that never asks PyTorch; `judge` raises TorchNeededError where numbers aren't finite in a network."""
        known = self.prepared.bench()
        bench = Bench(known.exercise, known.seed, _Following(known.cases, self.local), self.graphs)
        vars(bench).update(cases=known.cases, references=known.references)
        return bench


class _Following:
    """Answers as `reference.following` does, about the cases that it knows."""

    def __init__(self, cases: tuple[Case, ...], local: tuple[LocalGradients, ...]) -> None:
        self._cases = cases
        self._local = {id(case): each for case, each in zip(cases, local, strict=False)}

    def __call__(self, exercise: Exercise, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
        if (local := self._local.get(id(case))) is None:
            raise TorchNeededError
        return local.following(exercise, got)
