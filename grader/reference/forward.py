"""A spec's forward on tensors, and the loss whose gradients are asked for."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value

if TYPE_CHECKING:
    from torch import Tensor


_lock = Lock()
_is_interrupted = False


def import_torch() -> None:
    """Imports PyTorch. Raises ImportError also after an interrupt of that: to begin again crashes Python."""
    global _is_interrupted
    with _lock:
        if _is_interrupted:
            raise ImportError("the import of PyTorch was interrupted; start Python again")
        try:
            _import_torch()
        except KeyboardInterrupt:
            _is_interrupted = True
            raise


def _import_torch() -> None:
    """With the garbage collector off, which would look through a million new objects for nothing."""
    if "torch" in sys.modules:
        return
    was_on = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module("torch")
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def import_torch_meanwhile() -> None:
    """Begins to import PyTorch beside what is done next; if that fails, whoever needs it says so."""

    def attempt() -> None:
        with suppress(Exception):
            import_torch()

    Thread(target=attempt).start()


@contextmanager
def torch_on_one_thread() -> Iterator[None]:
    """Torch, for arrays so small that its threads would spend their time waiting for each other."""
    import_torch()
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def variables_of(exercise: Exercise, case: Case) -> dict[str, Any]:
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


def run_forward(exercise: Exercise, node: Any, variables: Mapping[str, Any]) -> Any:
    inputs = [variables[spec.name] for spec in exercise.inputs]
    return exercise.forward(node, *inputs) if exercise.network else exercise.forward(*inputs)


def sources_of(exercise: Exercise) -> list[str]:
    """The variable that each gradient belongs to."""
    return [name.removeprefix("d") for name in exercise.gradients]


def loss_of(out: Any, dout: Value) -> Tensor:
    """Σ dout · out: a scalar whose gradient at `out` is the upstream gradient.

    `grad_outputs` would say the same, but makes torch import sympy, which takes longer than all exercises together.
    """
    import torch

    if isinstance(out, tuple):
        return sum((loss_of(each, upstream) for each, upstream in zip(out, dout, strict=True)), torch.zeros(()))
    loss: Tensor = (out * torch.from_numpy(np.array(dout, dtype=np.float64)).reshape(out.shape)).sum()
    return loss


def to_array(value: Any) -> Array:
    import torch

    return np.asarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value)
