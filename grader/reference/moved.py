"""The loss of a case as one of its numbers moves."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise
from grader.reference.forward import loss_of, run_forward, variables_of

if TYPE_CHECKING:
    from torch import Tensor


class Moved:
    """Σ dout · out of a forward/backward pair, with the number in one place, in C order, of an input as it is or moved.

    It takes the stable form where the plain one has no number.
    """

    def __init__(self, exercise: Exercise, case: Case, name: str, place: int) -> None:
        self._exercise, self._case, self._name, self._place = exercise, case, name, place
        self.here = float(np.ravel(case.inputs[name])[place])
        if exercise.stable and not all(map(isfinite, self.with_gradient())):
            self._exercise = replace(exercise, forward=exercise.stable)

    def loss(self, value: float) -> float:
        """The loss with that number in the place."""
        return self._loss(value)[0].item()

    def with_gradient(self) -> tuple[float, float]:
        """The loss as it is, and its gradient with respect to the number."""
        import torch

        loss, tensor = self._loss(self.here)
        (found,) = torch.autograd.grad(loss, [tensor], allow_unused=True)
        return loss.item(), 0.0 if found is None else found.reshape(-1)[self._place].item()

    def _loss(self, value: float) -> tuple[Tensor, Tensor]:
        given = self._case.inputs[self._name]
        array = np.array(given, dtype=np.float64)
        array.reshape(-1)[self._place] = value
        inputs = {**self._case.inputs, self._name: array if isinstance(given, np.ndarray) else float(array)}
        variables = variables_of(self._exercise, replace(self._case, inputs=inputs))
        loss = loss_of(run_forward(self._exercise, lambda name, tensor: tensor, variables), self._case.dout)
        return loss, variables[self._name]
