"""What PyTorch says about a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.reference.forward import loss_of, run_forward, sources_of, to_array, torch_on_one_thread, variables_of
from grader.text.language import say

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Reference:
    """What PyTorch says about one case, in float64.

    `out` is the forward's output (a tuple where it returns several); `gradients` and, in a network, `nodes` go by name.
    For an exercise that is no pair, `gradients` are the expected results.
    """

    gradients: Mapping[str, Value]
    out: Value = None
    nodes: Mapping[str, Array] = field(default_factory=dict)
    settled: bool = False
    """Whether several gradients are right, and these are the ones that go with the submission's."""

    @property
    def says(self) -> str:
        """Who says so, before an expected number."""
        return say("what goes with the rest is") if self.settled else say("PyTorch says")


@torch_on_one_thread()
def reference(exercise: Exercise, case: Case) -> Reference:
    """Runs the spec's forward on a case and asks torch.autograd for every gradient."""
    import torch

    if not exercise.is_pair:
        results = exercise.forward(*case.inputs.values())
        return Reference({name: _tree(value) for name, value in results.items()})
    variables = variables_of(exercise, case)
    nodes: dict[str, Tensor] = {}

    def node(name: str, tensor: Tensor) -> Tensor:
        nodes[name] = tensor
        return tensor

    out = run_forward(exercise, node, variables)
    traced = [(variables | nodes)[name] for name in sources_of(exercise)]
    gradients = torch.autograd.grad(loss_of(out, case.dout), traced, allow_unused=True)
    return Reference(
        gradients={
            name: np.zeros(tuple(source.shape)) if gradient is None else to_array(gradient)
            for name, source, gradient in zip(exercise.gradients, traced, gradients, strict=True)
        },
        out=tuple(map(to_array, out)) if isinstance(out, tuple) else to_array(out),
        nodes={name: to_array(tensor) for name, tensor in nodes.items()},
    )


def _tree(value: Any) -> Value:
    if isinstance(value, Mapping):
        return {name: _tree(each) for name, each in value.items()}
    return [_tree(each) for each in value] if isinstance(value, list) else to_array(value)
