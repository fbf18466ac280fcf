"""Benches for processes without PyTorch: everything that it can be asked beforehand goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import catalog
from grader.cases import Case
from grader.graph.exhibits import TracedBench
from grader.judging.bench import Bench
from grader.reference.oracle import Reference
from grader.reference.sheet import Sheet
from grader.reference.upstream import LocalGradients

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
        sheet = bench.sheet
        return cls(bench.exercise.name, bench.seed, bench.cases, sheet.references, sheet.local, graphs or {})

    def bench(self) -> Bench:
        """A bench that never asks PyTorch; `judge` raises TorchNeededError where numbers aren't finite in a network."""
        exercise = catalog.get(self.exercise)
        sheet = Sheet.known(exercise, self.cases, self.references, lambda: self.local, asks_never=True)
        return TracedBench(exercise, self.seed, graphs=self.graphs).of(sheet)
