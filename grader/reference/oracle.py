"""The only place that asks torch.autograd."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value

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
        return "what goes with the rest is" if self.settled else "PyTorch says"


Following: TypeAlias = Callable[[Exercise, Case, Mapping[str, Array]], dict[str, Array]]
"""What answers as `following` does."""


class TorchNeededError(Exception):
    """A verdict that can't be reached without asking PyTorch, in a process that is to do without it."""


def reference(exercise: Exercise, case: Case) -> Reference:
    """Runs the spec's forward on a case and asks torch.autograd for every gradient."""
    with _torch_on_one_thread():
        return _reference(exercise, case)


def _reference(exercise: Exercise, case: Case) -> Reference:
    import torch

    if not exercise.is_pair:
        results = exercise.forward(*case.inputs.values())
        return Reference({name: _tree(value) for name, value in results.items()})
    variables = _variables(exercise, case)
    nodes: dict[str, Tensor] = {}

    def node(name: str, tensor: Tensor) -> Tensor:
        nodes[name] = tensor
        return tensor

    out = _forward(exercise, node, variables)
    traced = [(variables | nodes)[name] for name in _sources(exercise)]
    gradients = torch.autograd.grad(_loss(out, case.dout), traced, allow_unused=True)
    return Reference(
        gradients={
            name: np.zeros(tuple(source.shape)) if gradient is None else _numpy(gradient)
            for name, source, gradient in zip(exercise.gradients, traced, gradients, strict=True)
        },
        out=tuple(map(_numpy, out)) if isinstance(out, tuple) else _numpy(out),
        nodes={name: _numpy(tensor) for name, tensor in nodes.items()},
    )


def following(exercise: Exercise, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
    """In a network, each gradient as it follows from the submission's own gradients of the nodes that it feeds.

    Every node is cut off from what made it, so that one vector–Jacobian product reaches just its own direct inputs. A
    gradient is left out where one that it follows from is missing in `got`, or has the wrong shape.
    """
    with _torch_on_one_thread():
        return _following(exercise, case, got)


def _following(exercise: Exercise, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
    leaves, segments = _segments(exercise, case)
    followed: dict[str, Tensor] = {}
    unknown: set[str] = set()
    for name, segment in segments.items():
        upstream = case.dout if name == "" else got.get(f"d{name}")
        if upstream is None or np.shape(upstream) != tuple(segment.shape):
            upstream, known = np.zeros(tuple(segment.shape)), False
        else:
            known = True
        for leaf, product in _products(_loss(segment, upstream), leaves).items():
            followed[leaf] = followed[leaf] + product if leaf in followed else product
            if not known:
                unknown.add(leaf)
    wanted = dict(zip(_sources(exercise), exercise.gradients, strict=True))
    return {wanted[leaf]: _numpy(each) for leaf, each in followed.items() if leaf in wanted and leaf not in unknown}


def _segments(exercise: Exercise, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """A network's variables and nodes, each node cut off from what made it; and what made it, with the output as ""."""
    leaves = _variables(exercise, case)
    segments: dict[str, Tensor] = {}

    def node(name: str, tensor: Tensor) -> Tensor:
        segments[name] = tensor
        leaf: Tensor = tensor.detach().requires_grad_()
        leaves[name] = leaf
        return leaf

    out = _forward(exercise, node, leaves)
    return leaves, {"": out, **segments}


def _products(loss: Tensor, leaves: Mapping[str, Any]) -> dict[str, Tensor]:
    """The gradient of `loss` with respect to each variable or node that it is made from directly."""
    import torch

    traced = {name: leaf for name, leaf in leaves.items() if isinstance(leaf, torch.Tensor) and leaf.requires_grad}
    products = torch.autograd.grad(loss, list(traced.values()), allow_unused=True, retain_graph=True)
    return {name: product for name, product in zip(traced, products, strict=True) if product is not None}


@dataclass(frozen=True)
class LocalGradients:
    """Everything that `following` asks PyTorch about one case of a network, whatever the submission's gradients are.

    `out` is what reaches each variable and node directly from the output. For each node, `nodes` has its shape and its
    local gradient with respect to each that it is made from, of the node's elements along the first axis.
    """

    out: Mapping[str, Array]
    nodes: Mapping[str, tuple[tuple[int, ...], Mapping[str, Array]]]

    def following(self, exercise: Exercise, got: Mapping[str, Array]) -> dict[str, Array]:
        """What `following` says, without PyTorch. Raises TorchNeededError for gradients that aren't finite."""
        followed, unknown = dict(self.out), set[str]()
        for name, (shape, local) in self.nodes.items():
            upstream = got.get(f"d{name}")
            if upstream is None or np.shape(upstream) != shape:
                unknown.update(local)
                continue
            if not np.isfinite(upstream).all():
                # PyTorch knows which of the local gradients are no numbers, but zeros by their nature.
                raise TorchNeededError
            flat = np.asarray(upstream, dtype=np.float64).ravel()
            with np.errstate(over="ignore", invalid="ignore"):
                for leaf, gradient in local.items():
                    product = np.tensordot(flat, gradient, 1)
                    followed[leaf] = followed[leaf] + product if leaf in followed else product
        wanted = dict(zip(_sources(exercise), exercise.gradients, strict=True))
        return {wanted[leaf]: each for leaf, each in followed.items() if leaf in wanted and leaf not in unknown}


def local_gradients(exercise: Exercise, case: Case) -> LocalGradients:
    """Asks torch.autograd for the local gradients of a network's every node, one vector–Jacobian product an element."""
    with _torch_on_one_thread():
        leaves, segments = _segments(exercise, case)
        out = _products(_loss(segments.pop(""), case.dout), leaves)
        nodes = {}
        for name, segment in segments.items():
            rows = [_products(element, leaves) for element in segment.reshape(-1)]
            local = {leaf: np.stack([_numpy(row[leaf]) for row in rows]) for leaf in rows[0]} if rows else {}
            nodes[name] = (tuple(segment.shape), local)
        return LocalGradients({leaf: _numpy(each) for leaf, each in out.items()}, nodes)


@contextmanager
def _torch_on_one_thread() -> Iterator[None]:
    """Torch, for arrays so small that its threads would spend their time waiting for each other.

    It is imported with the garbage collector off, which would look through a million new objects and find no garbage.
    """
    if "torch" not in sys.modules:
        was_on = gc.isenabled()
        gc.disable()
        importlib.import_module("torch")
        gc.freeze()
        if was_on:
            gc.enable()
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _variables(exercise: Exercise, case: Case) -> dict[str, Any]:
    import torch

    variables: dict[str, Any] = {}
    for spec in exercise.inputs:
        value = case.inputs[spec.name]
        if spec.constant:
            variables[spec.name] = torch.tensor(value) if isinstance(value, np.ndarray) else value
            if isinstance(value, np.ndarray) and value.dtype == np.float32:
                variables[spec.name] = variables[spec.name].double()
        else:
            variables[spec.name] = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    return variables


def _forward(exercise: Exercise, node: Any, variables: Mapping[str, Any]) -> Any:
    inputs = [variables[spec.name] for spec in exercise.inputs]
    return exercise.forward(node, *inputs) if exercise.network else exercise.forward(*inputs)


def _sources(exercise: Exercise) -> list[str]:
    """The variable that each gradient belongs to."""
    return [name.removeprefix("d") for name in exercise.gradients]


def _loss(out: Any, dout: Value) -> Tensor:
    """Σ dout · out: a scalar whose gradient at `out` is the upstream gradient.

    `grad_outputs` would say the same, but makes torch import sympy, which takes longer than all exercises together.
    """
    import torch

    if isinstance(out, tuple):
        return sum((_loss(each, upstream) for each, upstream in zip(out, dout, strict=True)), torch.zeros(()))
    loss: Tensor = (out * torch.from_numpy(np.array(dout, dtype=np.float64)).reshape(out.shape)).sum()
    return loss


def _tree(value: Any) -> Value:
    if isinstance(value, Mapping):
        return {name: _tree(each) for name, each in value.items()}
    return [_tree(each) for each in value] if isinstance(value, list) else _numpy(value)


def _numpy(value: Any) -> Array:
    import torch

    return np.asarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value)
