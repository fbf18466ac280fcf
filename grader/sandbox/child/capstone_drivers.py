"""How the capstones are run on one trial: functions to differentiate, programs of an engine, and a training run.

What one function of a submission raises doesn't keep the others from running; the first error is raised at the end.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.sandbox.child.functions import Failure, Functions, put_off, raise_first, two
from grader.sandbox.wire.plain import changes, plain
from grader.sandbox.wire.records import Plain, StudentError, Trial


def gradient_check(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """numerical_gradient(f, x, h) → numerical; gradient_check(f, x, candidate, h, tolerance) of each → accepted.

    `f` is an expression in x and c.
    """
    # Copies that can be written to: who nudges x in place, and puts it back, leaves it as it was.
    inputs = copy.deepcopy(dict(trial.inputs))
    if trial.layout == "non-contiguous":
        inputs["x"] = np.repeat(inputs["x"], 2, axis=-1)[..., ::2]
    f, x, h = _function(inputs["f"], inputs["c"]), inputs["x"], inputs["h"]
    failures: list[Failure] = []
    with put_off(failures):
        results["numerical"] = plain(functions.call("numerical_gradient", f, x, h))
    with put_off(failures):
        pairs = zip(inputs["candidates"], inputs["tolerances"], strict=True)
        results["accepted"] = [
            plain(functions.call("gradient_check", f, x, candidate, h, tolerance)) for candidate, tolerance in pairs
        ]
    results["changed"] = changes(inputs, trial.inputs)
    raise_first(failures)


def engine(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """Programs of Value: single operations on a and b → operation; the nodes of a whole graph → grad.

    A program is a list of Python statements; its nodes have single letters as names.
    """
    inputs = trial.inputs
    leaves = [f"a = Value({inputs['a']!r})", f"b = Value({inputs['b']!r})"]
    failures: list[Failure] = []
    operation: dict[str, Plain] = {}
    for expression in inputs["operations"]:
        with put_off(failures):
            nodes = _run(functions, [*leaves, f"z = {expression}", "z.backward()"])
            wanted = {"out": (nodes["z"], "data"), "da": (nodes["a"], "grad"), "db": (nodes["b"], "grad")}
            operation[expression] = {name: _read(functions, *each) for name, each in wanted.items()}
    if operation:
        results["operation"] = operation
    with put_off(failures):
        nodes = _run(functions, inputs["program"])
        results["grad"] = {name: _read(functions, node, "grad") for name, node in nodes.items()}
    raise_first(failures)


def train(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """loss_and_gradients on the first mini-batch → gradients; train on all of them → losses and parameters."""
    inputs = copy.deepcopy(dict(trial.inputs))
    parameters, X, labels, batches, lr = inputs.values()
    failures: list[Failure] = []
    with put_off(failures):
        returned = functions.call("loss_and_gradients", parameters, X[batches[0]], labels[batches[0]])
        results["gradients"] = plain(two("loss_and_gradients", returned, "(loss, gradients)")[1])
    with put_off(failures):
        returned = functions.call("train", parameters, X, labels, batches, lr)
        losses, trained = two("train", returned, "(losses, parameters)")
        results |= {"losses": plain(losses), "parameters": plain(trained)}
    results["changed"] = changes(inputs, trial.inputs)
    raise_first(failures)


def _function(text: str, c: Any) -> Callable[[Any], float]:
    code = compile(text, "f", "eval")
    names = {"c": c, "sin": np.sin, "exp": np.exp, "log": np.log}
    return lambda x: float(eval(code, names, {"x": x}))


def _run(functions: Functions, program: Sequence[str]) -> Mapping[str, Any]:
    """The nodes by name, after a program of the submission's Value has run. Raises Failure."""
    namespace: dict[str, Any] = {"Value": functions.find("Value")}
    for line in program:
        try:
            functions.run("Value.backward" if line.endswith(".backward()") else "Value", exec, line, namespace)
        except Failure as failure:
            raise Failure(_name_method(failure.error)) from None
    return {name: node for name, node in namespace.items() if len(name) == 1 and name.isalpha()}


def _name_method(error: StudentError) -> StudentError:
    """The error of a method that isn't written yet, with that method's name: the stub's own message tells it."""
    method, ours, _ = error.message.partition(" is yours to write")
    return replace(error, stage=method) if error.kind == "not-written" and ours else error


def _read(functions: Functions, node: Any, attribute: str) -> Plain:
    return plain(functions.run("Value", getattr, node, attribute))
