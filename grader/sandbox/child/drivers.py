"""How a submission's functions are run on one trial: a forward/backward pair, or a list of calls."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

import numpy as np

from grader.sandbox.child.capstone_drivers import engine, gradient_check, train
from grader.sandbox.child.forward_guard import ForwardGuard
from grader.sandbox.child.functions import Failure, Functions, put_off, raise_first, two
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            DRIVERS[job.driver](functions, trial, results)
        except Failure as failure:
            return Reply(results, failure.error)
    return Reply(results)


def pair(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """forward(*inputs) → (out, cache), backward(dout, cache): out, gradients, and what changed of inputs and dout."""
    forward_name, backward_name = functions.job.functions
    forward, backward = functions.find(forward_name), functions.find(backward_name)
    inputs = {name: lay_out(value, trial.layout) for name, value in trial.inputs.items()}
    dout = lay_out(trial.dout, trial.layout)
    out, cache = two(forward_name, functions.run(forward_name, forward, *inputs.values()), "(out, cache)")
    results["out"] = plain(out)
    guard = ForwardGuard(forward_name, forward, trial.inputs, functions.files)
    try:
        with guard.in_place(*_namespaces(functions, backward)):
            gradients = functions.run(backward_name, backward, dout, cache)
    finally:
        # Whatever else the backward did or raised: numbers from the forward are no backward pass.
        if guard.tripped:
            raise Failure(_finite_differences(guard, forward_name, backward_name))
    results["gradients"] = plain(gradients)
    results["changed"] = changes({**inputs, "dout": dout}, {**trial.inputs, "dout": trial.dout})


def calls(functions: Functions, trial: Trial, results: dict[str, Plain]) -> None:
    """Each call of the job in order: its result by name, and what changed of the inputs by the end.

    A call that raises doesn't keep the others from running; the first error is raised at the end.
    """
    inputs = {name: lay_out(value, trial.layout) for name, value in trial.inputs.items()}
    failures: list[Failure] = []
    for function, arguments, result in functions.job.calls:
        with put_off(failures):
            results[result] = plain(functions.call(function, *(inputs[name] for name in arguments)))
    results["changed"] = changes(inputs, trial.inputs)
    raise_first(failures)


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
