"""Notices a backward pass that asks the given forward for finite differences or complex steps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np


class ForwardGuard:
    """Stands in for the forward while the backward runs: it computes again what was computed, and nothing else.

    `inputs` are the values that the forward was called with, by name. A call with any other value raises RuntimeError
    and sets `tripped`, for the submission may swallow the exception; `line` is where in `files`.
    """

    def __init__(
        self, name: str, forward: Callable[..., Any], inputs: Mapping[str, Any], files: Collection[str]
    ) -> None:
        self.tripped = False
        self.line = 0
        self.file = ""
        self._name = name
        self._forward = forward
        self._inputs = inputs
        self._files = files

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        given = {**dict(zip(self._inputs, arguments, strict=False)), **named}
        if len(arguments) <= len(self._inputs) and all(
            name in self._inputs and same_values(value, self._inputs[name]) for name, value in given.items()
        ):
            return self._forward(*arguments, **named)
        if not self.tripped:
            self.tripped = True
            self._locate(sys._getframe(1))
        raise RuntimeError(f"{self._name} can't be called with other values while the backward runs")

    def _locate(self, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_filename not in self._files:
            frame = frame.f_back
        if frame is not None:
            self.line, self.file = frame.f_lineno, frame.f_code.co_filename

    @contextmanager
    def in_place(self, *namespaces: MutableMapping[str, Any]) -> Iterator[None]:
        """Takes the forward's place in `namespaces`, under each name that it has there, until the block ends."""
        replaced = [
            (namespace, name)
            for namespace in namespaces
            for name, value in list(namespace.items())
            if value is self._forward
        ]
        for namespace, name in replaced:
            namespace[name] = self
        try:
            yield
        finally:
            for namespace, name in replaced:
                if namespace.get(name) is self:
                    namespace[name] = self._forward


def same_values(given: Any, original: Any) -> bool:
    """Whether two arguments hold the same real numbers in the same containers."""
    if isinstance(original, dict):
        return (
            isinstance(given, dict)
            and given.keys() == original.keys()
            and all(same_values(given[key], value) for key, value in original.items())
        )
    if isinstance(original, (tuple, list)):
        return (
            isinstance(given, (tuple, list))
            and len(given) == len(original)
            and all(same_values(one, other) for one, other in zip(given, original, strict=True))
        )
    return not np.iscomplexobj(given) and np.array_equal(given, original)
