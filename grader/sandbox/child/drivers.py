"""How a submission's functions are run on one trial: a forward/backward pair, a list of calls, or a capstone.

What one function of several raises doesn't keep the others from running; the first error is the trial's.
"""

from __future__ import annotations

import copy
import linecache
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from grader.sandbox.child.forward_guard import ForwardGuard
from grader.sandbox.child.functions import Failure, Functions, Silently, two
from grader.sandbox.wire.caps import MAX_LINE
from grader.sandbox.wire.plain import changes, plain
from grader.sandbox.wire.records import Job, Layout, Plain, Reply, StudentError, Trial

Driver: TypeAlias = Callable[[Functions, Trial, dict[str, Plain]], None]
"""Runs the functions on one trial and puts what they gave into the results, by name. Raises Failure."""


def run_trial(
    namespace: Mapping[str, Any], job: Job, trial: Trial, passing: tuple[type[BaseException], ...] = ()
) -> Reply:
    """What the functions of `namespace` give for one trial, or raise, except for the types `passing`, which pass."""
    functions = Functions(namespace, job, passing)
    results: dict[str, Plain] = {}
    # Also none of a coroutine that nobody awaits, which comes when it is dropped here: it would name this file.
    with Silently(), functions.put_off():
        DRIVERS[job.driver](functions, trial, results)
    return Reply(results, functions.error)


def pair(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """forward(*inputs) → (out, cache), backward(dout, cache): out, gradients, and what changed of inputs and dout."""
    forward_name, backward_name = functions.job.functions
    forward, backward = functions.find(forward_name), functions.find(backward_name)
    inputs = {name: lay_out(value, trial.layout) for name, value in trial.inputs.items()}
    dout = lay_out(trial.dout, trial.layout)
    out, cache = two(forward_name, functions.run(forward_name, forward, *inputs.values()), "(out, cache)")
    results["out"] = plain(out)
    guard = ForwardGuard(forward_name, forward, trial.inputs, functions.files, results["out"])
    try:
        with guard.in_place(*_namespaces(functions, backward)):
            gradients = functions.run(backward_name, backward, dout, cache)
    finally:
        # Whatever else the backward did or raised: numbers from the forward are no backward pass.
        if guard.tripped:
            raise Failure(_finite_differences(guard, forward_name, backward_name))
    results["gradients"] = plain(gradients)
    results["changed"] = changes({**inputs, "dout": dout}, {**trial.inputs, "dout": trial.dout})
    if guard.suspected:
        # With its gradients: in one case alone it may be a coincidence, as the grader sees.
        raise Failure(_finite_differences(guard, forward_name, backward_name))


def calls(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """Each call of the job in order: its result by name, and what changed of the inputs by the end."""
    inputs = {name: lay_out(value, trial.layout) for name, value in trial.inputs.items()}
    for function, arguments, result in functions.job.calls:
        with functions.put_off():
            results[result] = plain(functions.call(function, *(inputs[name] for name in arguments)))
    results["changed"] = changes(inputs, trial.inputs)


def gradient_check(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """numerical_gradient(f, x, h) → numerical; gradient_check(f, x, candidate, h, tolerance) of each → accepted.

    `f` is an expression in x and c.
    """
    # Copies that can be written to: who nudges x in place, and puts it back, leaves it as it was.
    inputs = copy.deepcopy(dict(trial.inputs))
    if trial.layout == "non-contiguous":
        inputs["x"] = np.repeat(inputs["x"], 2, axis=-1)[..., ::2]
    f, x, h = _function(inputs["f"], inputs["c"]), inputs["x"], inputs["h"]
    with functions.put_off():
        results["numerical"] = plain(functions.call("numerical_gradient", f, x, h))
    with functions.put_off():
        pairs = zip(inputs["candidates"], inputs["tolerances"], strict=True)
        results["accepted"] = [
            plain(functions.call("gradient_check", f, x, candidate, h, tolerance)) for candidate, tolerance in pairs
        ]
    results["changed"] = changes(inputs, trial.inputs)


def engine(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """Programs of Value: single operations on a and b → operation; the nodes of a whole graph → grad.

    A program is a list of Python statements; its nodes have single letters as names.
    """
    inputs = trial.inputs
    leaves = [f"a = Value({inputs['a']!r})", f"b = Value({inputs['b']!r})"]
    operation: dict[str, Plain] = {}
    for expression in inputs["operations"]:
        with functions.put_off():
            nodes = _run(functions, [*leaves, f"z = {expression}", "z.backward()"])
            wanted = {"out": (nodes["z"], "data"), "da": (nodes["a"], "grad"), "db": (nodes["b"], "grad")}
            operation[expression] = {name: _read(functions, *each) for name, each in wanted.items()}
    if operation:
        results["operation"] = operation
    with functions.put_off():
        nodes = _run(functions, inputs["program"])
        results["grad"] = {name: _read(functions, node, "grad") for name, node in nodes.items()}


def train(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """loss_and_gradients on the first mini-batch → gradients; train on all of them → losses and parameters.

    Where train brings nothing back, and a gradient's shape differs from its parameter's by axes of size 1, it has
    another try, with such gradients in the shapes that belong: what is right about the loop is to be seen.
    """
    inputs = copy.deepcopy(dict(trial.inputs))
    parameters, X, labels, batches, _ = inputs.values()
    with functions.put_off():
        returned = functions.call("loss_and_gradients", parameters, X[batches[0]], labels[batches[0]])
        results["gradients"] = plain(two("loss_and_gradients", returned, "(loss, gradients)")[1])
    with functions.put_off():
        results |= _trained(functions, inputs)
    if "losses" not in results and _nearly_shaped(results.get("gradients"), parameters):
        with functions.put_off():
            results |= _trained_in_shape(functions, copy.deepcopy(dict(trial.inputs)))
    results["changed"] = changes(inputs, trial.inputs)


def _trained(functions: Functions, inputs: Mapping[str, Any]) -> dict[str, Plain]:
    returned = functions.call("train", *inputs.values())
    if isinstance(returned, list):
        # Of two mini-batches, a list of losses has two items, too.
        raise Failure(
            StudentError("returned", "train", "", "train must return (losses, parameters); it returned a list")
        )
    losses, parameters = two("train", returned, "(losses, parameters)")
    return {"losses": plain(losses), "parameters": plain(parameters)}


def _trained_in_shape(functions: Functions, inputs: Mapping[str, Any]) -> dict[str, Plain]:
    namespace: dict[str, Any] = getattr(functions.find("train"), "__globals__", {})
    theirs = functions.find("loss_and_gradients")
    namespace["loss_and_gradients"] = _reshaping(theirs)
    try:
        return _trained(functions, inputs)
    finally:
        namespace["loss_and_gradients"] = theirs


def _nearly_shaped(gradients: Any, parameters: Mapping[str, Any]) -> bool:
    """Whether every gradient is there in its parameter's shape but for axes of size 1, and not all in that itself."""
    given = [gradients.get(name) if isinstance(gradients, Mapping) else None for name in parameters]
    if not all(isinstance(each, np.ndarray) for each in given):
        return False
    shapes = [(gradients[name].shape, parameters[name].shape) for name in parameters]
    long = [[[size for size in shape if size != 1] for shape in each] for each in shapes]
    return all(mine == theirs for mine, theirs in long) and any(mine != theirs for mine, theirs in shapes)


def _reshaping(loss_and_gradients: Callable[..., Any]) -> Callable[..., Any]:
    def reshaped(parameters: Any, *data: Any) -> Any:
        loss, gradients = loss_and_gradients(parameters, *data)
        return loss, {name: np.reshape(each, np.shape(parameters[name])) for name, each in gradients.items()}

    return reshaped


DRIVERS: Mapping[str, Driver] = {
    "pair": pair,
    "calls": calls,
    "gradient_check": gradient_check,
    "engine": engine,
    "train": train,
}


def lay_out(value: Any, layout: Layout) -> Any:
    """A copy of `value`, whose arrays of at least one dimension are laid out in memory as asked."""
    if isinstance(value, dict):
        return {key: lay_out(item, layout) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)([lay_out(item, layout) for item in value])
    if not isinstance(value, np.ndarray):
        return value
    if layout == "non-contiguous" and value.ndim:
        # Neither in the order of C nor without gaps: what relies on either is seen.
        return np.repeat(value.T, 2, axis=-1)[..., ::2].T
    array = value.copy()
    array.flags.writeable = layout != "read-only"
    return array


def _namespaces(functions: Functions, backward: Callable[..., Any]) -> list[MutableMapping[str, Any]]:
    """Where the backward may look up the forward: the submission's globals, and its own if they are others."""
    own = getattr(backward, "__globals__", None)
    spaces = (functions.namespace,) if own is functions.namespace else (functions.namespace, own)
    return [space for space in spaces if isinstance(space, dict)]


def _finite_differences(guard: ForwardGuard, forward_name: str, backward_name: str) -> StudentError:
    text = linecache.getline(guard.file, guard.line).strip() if guard.line else ""
    message = f"{forward_name} was called with other values than its own inputs"
    return StudentError("finite-differences", backward_name, "", message, guard.line, text[:MAX_LINE])


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
