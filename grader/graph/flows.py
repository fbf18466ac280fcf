"""What PyTorch says of every value of a trace: the numbers, the gradient, and what each consumer adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.exercise import Array
from grader.graph.values import Trace, Value

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Flows:
    """The arrays by value; `contributions[v, k]` is what v adds to the gradient of its operand k.

    Where both are one number, `slopes[v, k]` is the local derivative itself.
    `consumers` has, for each value with a gradient, those that it is an operand of, with its place among the operands.
    """

    values: Mapping[Value, Array]
    gradients: Mapping[Value, Array]
    consumers: Mapping[Value, tuple[tuple[Value, int], ...]]
    contributions: Mapping[tuple[Value, int], Array]
    slopes: Mapping[tuple[Value, int], float]


def flows(trace: Trace) -> Flows:
    """Asks torch.autograd for every gradient, and once more for each operation by itself."""
    gradients = _gradients(trace)
    contributions: dict[tuple[Value, int], Array] = {}
    slopes: dict[tuple[Value, int], float] = {}
    consumers: dict[Value, list[tuple[Value, int]]] = {value: [] for value in gradients}
    for value in trace.values:
        if value in gradients and value.operation:
            for (k, operand), product in zip(_slots(value), _products(value, gradients[value]), strict=True):
                if operand in gradients:
                    contributions[value, k] = _numpy(product)
                    consumers[operand].append((value, k))
            slopes |= _slopes(value)
    return Flows(
        {value: _numpy(value.tensor if value.given is None else value.given) for value in trace.values},
        {value: _numpy(gradient) for value, gradient in gradients.items()},
        {value: tuple(found) for value, found in consumers.items()},
        contributions,
        slopes,
    )


def _slopes(value: Value) -> dict[tuple[Value, int], float]:
    """The local derivatives of one number with respect to those among its operands that are one number."""
    slots = [(k, each) for k, each in _slots(value) if each.tensor.numel() == 1 and each.tensor.requires_grad]
    if value.tensor.numel() != 1 or not slots:
        return {}
    products = dict(zip(_slots(value), _products(value, value.tensor.detach() * 0 + 1), strict=True))
    return {(value, k): products[k, each].item() for k, each in slots}


def _slots(value: Value) -> list[tuple[int, Value]]:
    return [(k, each) for k, each in enumerate(value.operands) if isinstance(each, Value)]


def _gradients(trace: Trace) -> dict[Value, Tensor]:
    import torch

    asked = [value for value in trace.values if value.tensor.requires_grad]
    inside = [value for value in asked if value not in trace.outputs]
    loss = sum(
        ((output.tensor * dout).sum() for output, dout in zip(trace.outputs, trace.upstream, strict=True)),
        torch.zeros((), dtype=torch.float64),
    )
    tensors = [value.tensor for value in inside]
    found: Any = torch.autograd.grad(loss, tensors, retain_graph=True, allow_unused=True) if tensors else ()
    given = dict(zip(inside, found, strict=True)) | dict(zip(trace.outputs, trace.upstream, strict=True))
    return {value: torch.zeros_like(value.tensor) if given[value] is None else given[value].detach() for value in asked}


def _products(value: Value, upstream: Tensor) -> list[Tensor]:
    """The vector–Jacobian product of one operation with respect to each value among its operands."""
    import torch

    assert value.again
    leaves = [each.tensor.detach().requires_grad_(each.tensor.requires_grad) for each in value.sources]
    asked = [leaf for leaf in leaves if leaf.requires_grad]
    found = iter(torch.autograd.grad((value.again(*leaves) * upstream).sum(), asked, allow_unused=True))
    products = [next(found) if leaf.requires_grad else None for leaf in leaves]
    return [torch.zeros_like(leaf) if each is None else each for leaf, each in zip(leaves, products, strict=True)]


def _numpy(tensor: Tensor) -> Array:
    # A copy: what trains goes on to change its parameters in place.
    return np.array(tensor.detach().numpy())
