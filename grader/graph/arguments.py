"""The arguments of a traced call: which are operands, what they are called, and how others take their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def as_tensors(value: Any) -> Any:
    import torch

    if isinstance(value, list):
        return [as_tensors(each) for each in value]
    return torch.tensor(value, dtype=torch.float64) if isinstance(value, float) else value


def name_of(array: Any, inputs: Mapping[str, Any]) -> str:
    """The name of the input, or part of one, that an array is."""
    parts = [*inputs.items(), *(pair for each in inputs.values() if isinstance(each, Mapping) for pair in each.items())]
    return next((name for name, each in parts if each is array and isinstance(each, np.ndarray)), "")


def flat(arguments: Iterable[Any]) -> Iterator[Any]:
    for each in arguments:
        yield from each if isinstance(each, list | tuple) else [each]


def is_operand(each: Any) -> bool:
    import torch

    return isinstance(each, torch.Tensor) or (isinstance(each, int | float) and not isinstance(each, bool))


def replace_tensors(arguments: Any, spare: Iterator[Tensor], numbers: Mapping[int, float]) -> Any:
    """The arguments, with other tensors in the place of their own."""
    import torch

    if isinstance(arguments, dict):
        return {name: replace_tensors(each, spare, numbers) for name, each in arguments.items()}
    if isinstance(arguments, list | tuple):
        return type(arguments)(replace_tensors(each, spare, numbers) for each in arguments)
    return next(spare) if isinstance(arguments, torch.Tensor) and id(arguments) not in numbers else arguments
