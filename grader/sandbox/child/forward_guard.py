"""Notices a backward pass that asks the given forward for finite differences or complex steps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.child.difference_steps import DifferenceSteps, are_same, is_complex_step
from grader.sandbox.child.separate_calls import separate


class ForwardGuard:
    """Stands in for the forward while the backward runs: it may be called, but not beside its own inputs.

    `inputs` are the values that the forward was called with, by name. The same values again, or others altogether, are
    the chain rule's. Values close by, and complex ones, are a difference quotient's: such a call raises RuntimeError
    and sets `tripped`, for the submission may swallow the exception. Where several calls together look like a gradient
    made of differences, by whatever step, it is `suspected` of it. `line` is where in `files`.

    Close by in some elements, where the forward gives what it gave, `out`, is no quotient's: so are large inputs that
    are computed from the output.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        inputs: Mapping[str, Any],
        files: Collection[str],
        out: Any = None,
    ) -> None:
        self.tripped = False
        self.suspected = False
        self.line = 0
        self.file = ""
        self._name = name
        self._forward = forward
        self._inputs = inputs
        self._out = out
        self._steps = DifferenceSteps(inputs)
        self._files = files

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        calls = separate({**dict(zip(self._inputs, arguments, strict=False)), **named}, self._inputs)
        near = [each for each in calls if self._is_difference(each)]
        if not near or (all(map(self._is_partly_the_same, near)) and self._gives_the_same(arguments, named)):
            for each in calls:
                self._note(each)
            return self._forward(*arguments, **named)
        if not self.tripped:
            self.tripped = True
            self._locate(sys._getframe(1))
        raise RuntimeError(f"{self._name} can't be called beside its own inputs while the backward runs")

    def _note(self, given: Mapping[str, Any]) -> None:
        self._steps.note(given)
        if self._steps.found and not self.suspected:
            self.suspected = True
            self._locate(sys._getframe(2))

    def _is_difference(self, given: Mapping[str, Any]) -> bool:
        """Whether a call is made beside the inputs: all of them nearly as they were, and not all exactly so."""
        pairs = self._pairs(given)
        if is_complex_step(given, self._inputs):
            return True
        return all(_alike(*pair, _close) for pair in pairs) and not all(_alike(*pair, _same) for pair in pairs)

    def _pairs(self, given: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        return [(value, self._inputs[name]) for name, value in given.items() if name in self._inputs]

    def _is_partly_the_same(self, given: Mapping[str, Any]) -> bool:
        return all(_alike(*pair, _partly_same) for pair in self._pairs(given))

    def _gives_the_same(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> bool:
        try:
            return _alike(self._forward(*arguments, **named)[0], self._out, _same)
        except Exception:
            return False

    def _locate(self, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_filename not in self._files:
            frame = frame.f_back
        if frame is not None:
            self.line, self.file = frame.f_lineno, frame.f_code.co_filename

    def in_place(self, *namespaces: MutableMapping[str, Any]) -> InPlace:
        """Takes the forward's place in `namespaces`, under each name that it has there, until the block ends."""
        return InPlace(self, self._forward, namespaces)


# Errors of the submission name it by its type, and there it is the function that it stands for.
ForwardGuard.__name__ = "function"


class InPlace:
    """A block in which a guard has the place of a `forward`."""

    def __init__(self, guard: object, forward: object, namespaces: Sequence[MutableMapping[str, Any]]) -> None:
        self._guard = guard
        self._forward = forward
        self._replaced = [
            (namespace, name) for namespace in namespaces for name, value in list(namespace.items()) if value is forward
        ]

    def __enter__(self) -> None:
        for namespace, name in self._replaced:
            namespace[name] = self._guard

    def __exit__(self, *_: object) -> None:
        for namespace, name in self._replaced:
            if namespace.get(name) is self._guard:
                namespace[name] = self._forward


NEAR = 1e-3
"""How far a difference quotient's step takes an input, at most: absolutely, or relatively to a large one."""


def _alike(given: Any, original: Any, agree: Callable[[Any, Any], bool]) -> bool:
    """Whether two arguments have the same containers, and `agree` holds for what is in the same places."""
    if isinstance(original, dict):
        return (
            isinstance(given, dict)
            and given.keys() == original.keys()
            and all(_alike(given[key], value, agree) for key, value in original.items())
        )
    if isinstance(original, (tuple, list)):
        return (
            isinstance(given, (tuple, list))
            and len(given) == len(original)
            and all(_alike(one, other, agree) for one, other in zip(given, original, strict=True))
        )
    return agree(given, original)


def _close(given: Any, original: Any) -> bool:
    """Whether two arrays or numbers are alike but for steps of a difference quotient, real or complex ones."""
    try:
        one, other = np.asarray(given), np.asarray(original)
        return one.shape == other.shape and bool(np.all(np.abs(one - other) <= NEAR * (1 + np.abs(other))))
    except (TypeError, ValueError):
        return False


def _same(given: Any, original: Any) -> bool:
    """Whether they hold the same real numbers, but for rounding."""
    return bool(_sameness(given, original).all())


def _partly_same(given: Any, original: Any) -> bool:
    """Whether some of their numbers are the same, or there are none."""
    same = _sameness(given, original)
    return bool(same.any()) or not same.size


def _sameness(given: Any, original: Any) -> NDArray[np.bool_]:
    """Where they hold the same real numbers."""
    one, other = np.asarray(given), np.asarray(original)
    if np.iscomplexobj(one) or one.shape != other.shape:
        return np.zeros(1, bool)
    try:
        with np.errstate(all="ignore"):
            return are_same(one, other)
    except (TypeError, ValueError):
        return np.full(1, np.array_equal(one, other))
