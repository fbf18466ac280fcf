"""A forward runs once on tensors, and every operation that it does is written down."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise
from grader.graph.arguments import as_tensors, flat, is_operand, name_of, replace_tensors
from grader.graph.values import Trace, Value, in_order

if TYPE_CHECKING:
    from torch import Tensor

_SAME = frozenset({"clone", "contiguous", "detach", "double", "requires_grad_", "to", "type"})
"""What gives back the same numbers in the same shape."""

_ARRANGED = frozenset({"expand", "flatten", "getitem", "reshape", "select", "squeeze", "unbind", "unsqueeze", "view"})
"""What only arranges or chooses: a constant goes on under its name."""

_MADE = ("new_", "zeros", "ones", "full")
"""How the names of functions begin whose result has nothing of their tensors but type and device."""

_REVERSED = {"rsub": "sub", "rdiv": "div", "rtruediv": "div", "rpow": "pow"}

_ALONG = frozenset({"sum", "mean", "var", "softmax", "log_softmax"})
"""What takes an axis behind its tensor."""


class _FarEnough(Exception):  # noqa: N818
    """The forward goes on from the gradients that torch.autograd.grad has found: the graph ends with their pass."""


def forward_trace(exercise: Exercise, case: Case) -> Trace | None:
    """What the spec's own forward does in a case; None where it asks for no gradient."""
    import torch
    from torch.overrides import TorchFunctionMode

    class Recorder(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return log.record(func, args, kwargs or {}, sys._getframe(1))

    log = _Log(case, is_pair=exercise.is_pair)
    calls: Counter[Value] = Counter()
    is_cut = False
    if exercise.is_pair:
        inputs = [log.input(spec.name, case.inputs[spec.name], spec.constant) for spec in exercise.inputs]
        with Recorder():
            out = exercise.forward(log.node, *inputs) if exercise.network else exercise.forward(*inputs)
        outs, dout = (out, case.dout) if isinstance(out, tuple) else ((out,), (case.dout,))
    else:
        # What calls a student's functions with numbers computes with them: as tensors they are seen.
        given = {name: as_tensors(value) if exercise.calls else value for name, value in case.inputs.items()}
        try:
            with Recorder():
                exercise.forward(*given.values())
        except _FarEnough:
            is_cut = True
        calls = log.calls()
        if not calls:
            return None
        outs, dout = tuple(value.tensor for value in calls), tuple(map(float, calls.values()))
    names = [f"{exercise.out.name}[{place}]" if len(outs) > 1 else exercise.out.name for place in range(len(outs))]
    outputs = [log.output(tensor, name) for tensor, name in zip(outs, names, strict=True)]
    upstream = tuple(
        torch.tensor(np.asarray(each, dtype=np.float64)).reshape(output.tensor.shape)
        for each, output in zip(dout, outputs, strict=True)
    )
    return Trace(tuple(in_order(outputs)), tuple(outputs), upstream, calls, is_cut=is_cut)


class _Log:
    """The values by the identity of their tensors, and what the forward says of their names."""

    def __init__(self, case: Case, is_pair: bool) -> None:
        self.case = case
        self.is_pair = is_pair
        self._roots: list[Tensor] = []
        self._gradients: list[Tensor] = []
        self._values: dict[int, Value] = {}
        self._numbers: dict[int, float] = {}
        self._kept: list[Any] = []

    def input(self, name: str, value: Any, constant: bool) -> Any:
        """An input of a forward/backward pair, as a tensor; what is no float or array goes as it is."""
        import torch

        if not isinstance(value, np.ndarray | float):
            return value
        whole = isinstance(value, np.ndarray) and value.dtype.kind not in "f"
        tensor = torch.tensor(value, dtype=None if whole else torch.float64, requires_grad=not constant)
        self._add(tensor, Value(tensor, name=name))
        return tensor

    def node(self, name: str, tensor: Tensor) -> Tensor:
        """Names an intermediate value of a network."""
        self._value(tensor).name = name
        return tensor

    def output(self, tensor: Tensor, name: str) -> Value:
        """The value that comes out; an input that comes out as it is becomes one of its own."""
        value = self._value(tensor)
        if not value.operation:
            return Value(tensor, "copy", (value,), again=lambda each: each.clone(), name=name)
        value.name = value.name or name
        return value

    def calls(self) -> Counter[Value]:
        """How often backward was called from each value, of the calls whose gradients the last call adds to."""
        roots = [self._value(each) for each in self._roots]
        last = set(in_order(roots[-1:]))
        return Counter(each for each in roots if not last.isdisjoint(in_order([each])))

    def record(self, function: Any, args: Sequence[Any], kwargs: dict[str, Any], frame: FrameType) -> Any:
        """Does what the forward asks for, and writes it down."""
        import torch

        self._learn_names(frame)
        name = function.__name__.strip("_")
        if name in ("get", "set"):
            name = function.__self__.__name__
            if name != "T":
                return function(*args, **kwargs)
        if name in ("grad", "backward") and args:
            root = args[0][0] if isinstance(args[0], tuple) else args[0]
            # What torch.autograd.grad finds is added to nothing, while all that backward finds adds up.
            self._roots = [*self._roots, root] if name == "backward" else [root]
            found = function(*args, **{**kwargs, "retain_graph": True})
            self._gradients = list(found) if name == "grad" and not self.is_pair else []
            return found
        given = [*flat(args), *kwargs.values()]
        if any(each is gradient for each in given for gradient in self._gradients):
            # Before it is done: it may change a parameter in place.
            raise _FarEnough
        if name == "tensor":
            return self._leaf(function, args, kwargs)
        result = function(*args, **kwargs)
        for place, each in enumerate(result if isinstance(result, tuple | list) else [result]):
            if isinstance(each, torch.Tensor):
                self._note(name, each, place if isinstance(result, tuple | list) else None, function, args, kwargs)
        return result

    def _leaf(self, function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Tensor:
        import torch

        data = args[0]
        if isinstance(data, torch.Tensor):
            tensor = data.detach().clone().requires_grad_(kwargs.get("requires_grad", False))
        else:
            tensor = function(*args, **kwargs)
        self._add(tensor, Value(tensor, name=name_of(data, self.case.inputs)))
        return tensor

    def _note(
        self, name: str, result: Tensor, place: int | None, function: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> None:
        import torch

        if id(result) in self._values:
            return
        if name.startswith(_MADE):
            self._kept.append(result)
            self._numbers |= {id(result): result.item()} if not result.ndim else {}
            return
        given = [*flat(args), *(each for each in kwargs.values() if isinstance(each, torch.Tensor))]
        operands = [self._operand(each) for each in given if is_operand(each)]
        source = next((each for each in operands if isinstance(each, Value)), None)
        if source and name in _SAME and source.tensor.requires_grad == result.requires_grad:
            self._add(result, source)
        elif source and name in _SAME | _ARRANGED and not result.requires_grad:
            before = source.tensor if source.given is None else source.given
            is_same = not result.is_floating_point() and torch.equal(result.flatten(), before.flatten())
            self._add(result, Value(result, name=source.name, given=before if is_same else None))
        else:
            options = {key: each for key, each in kwargs.items() if not isinstance(each, torch.Tensor)}
            if name in _ALONG and len(args) > 1:
                options["dim"], operands = args[1], operands[:1]
            if name in _REVERSED:
                name, operands = _REVERSED[name], operands[::-1]

            def again(*tensors: Tensor) -> Tensor:
                spare = iter(tensors)
                once = function(
                    *replace_tensors(args, spare, self._numbers), **replace_tensors(kwargs, spare, self._numbers)
                )
                chosen: Tensor = once if place is None else once[place]
                return chosen

            self._add(result, Value(result, name, tuple(operands), options, again))

    def _operand(self, each: Any) -> Value | float:
        if isinstance(each, int | float):
            return float(each)
        return self._numbers[id(each)] if id(each) in self._numbers else self._value(each)

    def _value(self, tensor: Tensor) -> Value:
        if id(tensor) not in self._values:
            self._add(tensor, Value(tensor))
        return self._values[id(tensor)]

    def _add(self, tensor: Tensor, value: Value) -> None:
        self._values[id(tensor)] = value
        # An identity counts only while its tensor lives.
        self._kept.append(tensor)

    def _learn_names(self, frame: FrameType | None) -> None:
        """The forward's own variables name the values that are in them."""
        while frame and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "torch":
            frame = frame.f_back
        own = dict(frame.f_locals) if frame else {}
        parts = [pair for each in own.values() if isinstance(each, dict) for pair in each.items()]
        for name, each in [*parts, *own.items()]:
            value = self._values.get(id(each))
            if value and not value.name and isinstance(name, str):
                value.name = name
