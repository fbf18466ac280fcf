"""What follows in a network from a student's own gradients, by PyTorch's local ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise
from grader.reference.forward import loss_of, run_forward, sources_of, to_array, torch_on_one_thread, variables_of

if TYPE_CHECKING:
    from torch import Tensor


class TorchNeededError(Exception):
    """A verdict that can't be reached without asking PyTorch, in a process that is to do without it."""


@torch_on_one_thread()
def following(exercise: Exercise, case: Case, got: Mapping[str, Array]) -> dict[str, Array]:
    """In a network, each gradient as it follows from the submission's own gradients of the nodes that it feeds.

    Every node is cut off from what made it, so that one vector–Jacobian product reaches just its own direct inputs. A
    gradient is left out where one that it follows from is missing in `got`, or has the wrong shape.
    """
    leaves, segments = _segments(exercise, case)
    losses: list[Tensor] = []
    unknown: set[str] = set()
    for name, segment in segments.items():
        upstream = case.dout if name == "" else got.get(f"d{name}")
        if upstream is not None and np.shape(upstream) == tuple(segment.shape):
            losses.append(loss_of(segment, upstream))
        else:
            unknown.update(_products(segment.sum(), leaves))
    # Of one sum, whose terms don't feed each other: a gradient is what reaches it from each.
    followed = _products(sum(losses[1:], losses[0]), leaves) if losses else {}
    return _by_gradient(exercise, {leaf: to_array(followed[leaf]) for leaf in followed.keys() - unknown})


def _segments(exercise: Exercise, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """A network's variables and nodes, each node cut off from what made it; and what made it, with the output as ""."""
    leaves = variables_of(exercise, case)
    segments: dict[str, Tensor] = {}

    def node(name: str, tensor: Tensor) -> Tensor:
        segments[name] = tensor
        leaf: Tensor = tensor.detach().requires_grad_()
        leaves[name] = leaf
        return leaf

    out = run_forward(exercise, node, leaves)
    return leaves, {"": out, **segments}


def _products(loss: Tensor, leaves: Mapping[str, Any]) -> dict[str, Tensor]:
    """The gradient of `loss` with respect to each variable or node that it is made from directly."""
    import torch

    traced = {name: leaf for name, leaf in leaves.items() if isinstance(leaf, torch.Tensor) and leaf.requires_grad}
    products = torch.autograd.grad(loss, list(traced.values()), allow_unused=True, retain_graph=True)
    return {name: product for name, product in zip(traced, products, strict=True) if product is not None}


def _by_gradient(exercise: Exercise, by_source: Mapping[str, Array]) -> dict[str, Array]:
    return {f"d{source}": by_source[source] for source in sources_of(exercise) if source in by_source}


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
        return _by_gradient(exercise, {leaf: followed[leaf] for leaf in followed.keys() - unknown})


@torch_on_one_thread()
def local_gradients(exercise: Exercise, case: Case) -> LocalGradients:
    """Asks torch.autograd for the local gradients of a network's every node, one vector–Jacobian product an element."""
    leaves, segments = _segments(exercise, case)
    out = _products(loss_of(segments.pop(""), case.dout), leaves)
    nodes = {}
    for name, segment in segments.items():
        rows = [_products(element, leaves) for element in segment.reshape(-1)]
        local = {leaf: np.stack([to_array(row[leaf]) for row in rows]) for leaf in rows[0]} if rows else {}
        nodes[name] = (tuple(segment.shape), local)
    return LocalGradients({leaf: to_array(each) for leaf, each in out.items()}, nodes)
