"""A finished forward/backward pair as a function of tensors, to be used in a real PyTorch model."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from grader import catalog
from grader.exercise import Array, Exercise, Input

NumPyFunction = Callable[..., Any]


def as_function(
    name: str,
    forward: NumPyFunction | None = None,
    backward: NumPyFunction | None = None,
    *,
    directory: str | Path | None = None,
) -> Callable[..., Any]:
    """The exercise `name` as a differentiable function of tensors, with a backward pass written in NumPy.

    `as_function("relu", relu_forward, relu_backward)`, or `as_function("relu", directory="exercises")`, which runs the
    exercise's file in this process. It takes the inputs of the forward in their order, tensors of float32 or float64,
    and gives a tensor of the same dtype on the same device, or a tuple of them. Labels, targets and coefficients may
    be tensors or plain numbers, and get no gradient. It can be differentiated once.

    Raises ValueError for an exercise that is no such pair, or for functions that are missing.
    """
    exercise = catalog.get(name)
    if not exercise.is_pair:
        raise ValueError(f"{name} is no forward/backward pair")
    if directory is not None:
        forward, backward = _load(exercise, Path(directory))
    if forward is None or backward is None:
        raise ValueError(f"as_function({name!r}, …) needs {name}_forward and {name}_backward, or a directory")
    layer, names = _Layer(exercise, forward, backward), [each.name for each in exercise.inputs]

    def function(*inputs: Any) -> Any:
        if len(inputs) != len(names):
            raise TypeError(f"{name} takes {len(names)} inputs, {', '.join(names)}; got {len(inputs)}")
        return _Node.apply(layer, *inputs)  # type: ignore[no-untyped-call]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{exercise.title}: ({', '.join(names)})."
    return function


def _load(exercise: Exercise, directory: Path) -> tuple[NumPyFunction, NumPyFunction]:
    file = directory / exercise.file
    namespace = runpy.run_path(str(file))
    for name in exercise.functions:
        if not callable(namespace.get(name)):
            raise ValueError(f"there is no function {name} in {file}")
    forward, backward = (namespace[name] for name in exercise.functions)
    return forward, backward


@dataclass(frozen=True)
class _Layer:
    """An exercise with a submission's forward and backward."""

    exercise: Exercise
    forward: NumPyFunction
    backward: NumPyFunction

    def gradients(self, douts: Sequence[Tensor], cache: Any) -> dict[str, Any]:
        """The backward's gradients by name."""
        return self.exercise.by_name(self.backward(self.exercise.out.upstream(map(_array, douts)), cache))


class _Node(torch.autograd.Function):
    """The pair as one node of PyTorch's graph: tensors become arrays on the way in, arrays tensors on the way out."""

    @staticmethod
    def forward(ctx: Any, layer: _Layer, *inputs: Any) -> Any:
        specs = layer.exercise.inputs
        variables = [each for spec, each in zip(specs, inputs, strict=True) if not spec.constant]
        like = next((each for each in variables if isinstance(each, Tensor)), torch.empty(0, dtype=torch.float64))
        out, ctx.cache = layer.forward(*(_plain(spec, each) for spec, each in zip(specs, inputs, strict=True)))
        ctx.layer, ctx.inputs = layer, inputs
        return tuple(_tensor(each, like) for each in out) if isinstance(out, tuple) else _tensor(out, like)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *douts: Tensor) -> Any:
        gradients = ctx.layer.gradients(douts, ctx.cache)
        inputs = zip(ctx.layer.exercise.inputs, ctx.inputs, ctx.needs_input_grad[1:], strict=True)
        return None, *(
            _gradient(spec.name, gradients, variable) if is_needed and not spec.constant else None
            for spec, variable, is_needed in inputs
        )


def _gradient(name: str, gradients: Mapping[str, Any], variable: Tensor) -> Tensor:
    gradient = np.asarray(gradients[f"d{name}"])
    if gradient.shape != variable.shape:
        # PyTorch would sum over broadcast axes without a word, and hide the mistake.
        raise ValueError(f"d{name} has the shape {gradient.shape}, and {name} has {tuple(variable.shape)}")
    return _tensor(gradient, variable)


def _plain(spec: Input, value: Any) -> Any:
    """An input as the forward takes it: a number for a scalar one, else an array of its own."""
    if not isinstance(value, Tensor):
        return value
    return value.item() if spec.is_number else _array(value)


def _array(tensor: Tensor) -> Array:
    """A copy, so that code which writes into its inputs spoils no tensor."""
    return np.array(tensor.detach().cpu().numpy())


def _tensor(value: Any, like: Tensor) -> Tensor:
    return torch.tensor(np.asarray(value), dtype=like.dtype, device=like.device)
