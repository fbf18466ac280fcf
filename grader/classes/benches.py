"""Benches for processes without PyTorch: everything that it can be asked beforehand goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import catalog
from grader.cases import Case
from grader.exercise import Array, Exercise
from grader.graph.exhibits import TracedBench
from grader.judging.bench import Bench
from grader.reference.oracle import Reference
from grader.reference.upstream import LocalGradients, TorchNeededError, local_gradients

if TYPE_CHECKING:
    from grader.graph.diagram import Graph


@dataclass(frozen=True)
class Portable:
    """A bench as it travels: an exercise by its name, its cases, and PyTorch's answers to them.

    `local` are in a network the local gradients of each case, for a wrong node.
    """

    exercise: str
    seed: int
    cases: tuple[Case, ...]
    references: tuple[Reference, ...]
    local: tuple[LocalGradients, ...]
    graphs: Mapping[int, Graph]

    @classmethod
    def of(cls, bench: Bench, graphs: Mapping[int, Graph] | None = None) -> Portable:
        """A bench of this process, made ready to travel, with `graphs` if they are drawn there; asks PyTorch."""
        exercise, cases = bench.exercise, bench.cases
        local = tuple(local_gradients(exercise, case) for case in cases) if exercise.network else ()
        return cls(exercise.name, bench.seed, cases, bench.references, local, graphs or {})

    def bench(self) -> Bench:
        """A bench that never asks PyTorch; `judge` raises TorchNeededError where numbers aren't finite in a network."""
        following = _Following(self.cases, self.local)
        bench = TracedBench(catalog.get(self.exercise), self.seed, following, self.graphs)
        return bench.of(self.cases, self.references)


class _Following:
    """Answers as `reference.following` does, about the cases that it knows."""

    def __init__(self, cases: tuple[Case, ...], local: tuple[LocalGradients, ...]) -> None:
        self._cases = cases
        self._local = {id(case): each for case, each in zip(cases, local, strict=False)}

    def __call__(self, exercise: Exercise, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
        if (local := self._local.get(id(case))) is None:
            raise TorchNeededError
        return local.following(exercise, got)
