"""Bad input of every kind has a message of its own, in a student's words, and costs nothing but itself."""

from __future__ import annotations

import re

import pytest

from grader.sandbox.host.worker import Sandbox
from tests.judge.written import backward, edited, judged, says, screen
from tests.patience import PATIENCE

RIGHT = "return dout * (cache > 0)"


RETURNED = {
    "nothing": ("relu", "pass", "relu_backward returns None, where dx belongs", "has to end in a return"),
    "a string": ("relu", "return 'dx'", "relu_backward returns a str, where dx belongs"),
    "a dict for one gradient": ("relu", "return {'dx': dout}", "returns a dict of 1, where dx belongs"),
    "a set": ("relu", "return {1.0}", "returns a set, where dx belongs"),
    "a function": ("relu", "return lambda: dout", "returns a function, where dx belongs"),
    "complex": ("relu", "return dout * (cache > 0) + 0j", "returns a complex128 array of shape (4,), where dx belongs"),
    "objects": ("relu", "return (dout * (cache > 0)).astype(object)", "returns an object array of shape (4,)"),
    "strings": ("relu", "return dout.astype(str)", "where dx belongs"),
    "a tuple of one": ("relu", "return (dout * (cache > 0),)", "dx is wrapped in a tuple of one; return dx itself"),
    "a number": ("relu", "return 3.0", "dx has the shape (), and needs (4,)"),
    "a row": ("relu", "return (dout * (cache > 0))[None]", "dx has the shape (1, 4), and needs (4,)"),
    "ragged lists": ("relu", "return [[1.0], [1.0, 2.0]]", "dx is a list of parts with unequal shapes"),
    "nan": (
        "relu",
        "return np.where(cache > 0, dout, np.nan)",
        "dx is wrong where x ≤ 0",
        "dx[1] is nan, PyTorch says 0",
    ),
    "infinity": ("square", "return dout / np.zeros_like(cache)", "dw[0] is inf, PyTorch says"),
    "an array of one for a number": (
        "add_multiply",
        "q, z = cache\nreturn [z], z, q",
        "dx is wrapped in a list of one",
    ),
    "whole numbers": (
        "relu",
        "dx = np.zeros(dout.shape, int)\ndx[cache > 0] = dout[cache > 0]\nreturn dx",
        "dx has the integer dtype int64, so its fractions are cut off",
    ),
    "two gradients": (
        "affine",
        "X, W = cache\nreturn dout @ W.T, X.T @ dout",
        "returns 2 gradients, where 3 belong: dX",
    ),
    "four gradients": ("affine", "return 1, 2, 3, 4", "returns 4 gradients, where 3 belong: dX, dW, db"),
    "one gradient": ("add", "return dout[0]", "where the 2 gradients da, db belong"),
    "a dict for a tuple": (
        "add",
        "return {'da': dout, 'db': dout}",
        "returns a dict of 2, where the 2 gradients da, db",
    ),
    "None for one of them": ("add", "return dout, None", "db is None, where an array of shape"),
    "(1, M) for (M,)": (
        "affine",
        "X, W = cache\nreturn dout @ W.T, X.T @ dout, dout.sum(0, keepdims=True)",
        "db has the shape (1, 2), and needs (2,)",
    ),
    "a tuple for a dict": (
        "linear_neuron",
        "return 1, 2, 3, 4, 5, 6",
        "returns a tuple of 6, where a dict with dd, da, dc",
    ),
    "keys that are no names": ("linear_neuron", "return {1: 2}", "dd, da, dc, dw, dx and db are missing"),
    "an int of many digits": (
        "add_multiply",
        "return 10**30, 1, 1",
        "dx is an int of more than 64 bits, where a number",
    ),
}


@pytest.mark.parametrize("kind", RETURNED)
def test_a_return_value_of_the_wrong_form(kind: str, sandbox: Sandbox) -> None:
    name, body, *words = RETURNED[kind]
    result = judged(sandbox, name, backward(name, body))
    says(result, "failed", *words)
    assert result.points < result.max_points


@pytest.mark.parametrize("key", ["dd", "dc", "db"])
def test_a_missing_key_costs_its_own_gradient_alone(key: str, sandbox: Sandbox) -> None:
    source = edited("linear_neuron", "return {", "every = {") + f"    del every[{key!r}]\n    return every\n"
    result = judged(sandbox, "linear_neuron", source)
    says(result, "failed", f"{key} is missing")
    failed = {check.name.split()[0] for check in result.checks if check.points < check.max_points}
    assert failed == {key}


RAISED = {
    "an error": (
        "return dout @ np.ones((7, 7))",
        "error",
        "relu_backward raises ValueError",
        "line 14: return dout @ np",
    ),
    "an error in a helper": (
        "def slope(x):\n    return x.slope\nreturn dout * slope(cache)",
        "error",
        "line 15: return x.slope",
        "AttributeError: 'numpy.ndarray' object has no attribute 'slope'",
    ),
    "an error without words": ("assert dout is None", "error", "your code | AssertionError"),
    "an error in some cases": (
        "if dout.ndim == 2:\n    raise KeyError('no matrices')\n" + RIGHT,
        "failed",
        "relu_backward raises KeyError",
        "x = np.array([[-2.], [-4.]]); dout = np.array([[-2.], [-5.]]) relu_backward(dout, relu_forward(x)[1])",
        "line 15: raise KeyError('no matrices')",
    ),
    "an exit": ("import sys\nsys.exit()", "error", "relu_backward raises SystemExit", "line 15: sys.exit()"),
    "an interrupt": ("raise KeyboardInterrupt", "error", "relu_backward raises KeyboardInterrupt"),
    "endless recursion": ("return relu_backward(dout, cache)", "error", "RecursionError: maximum recursion depth"),
    "too much memory": ("return np.ones(10**11)", "error", "relu_backward raises MemoryError"),
    "an exit of the process": ("import os\nos._exit(7)", "error", "the code ended its own process, with exit status 7"),
    "a crash": ("import ctypes\nctypes.string_at(0)", "error", "the code crashed its process (SIGSEGV)"),
    "control characters": ("raise ValueError('\\x1b[2J\\x07 passed\\n2/2')", "error", "ValueError: ?[2J? passed 2/2"),
    "a finite difference": (
        "h = 1e-6\nreturn dout * (relu_forward(cache + h)[0] - relu_forward(cache)[0]) / h",
        "error",
        "relu_backward calls relu_forward at other values than its own",
        "line 15: return dout * (relu_forward(cache + h)",
        "A numerical difference can only check it.",
    ),
}


@pytest.mark.parametrize("kind", RAISED)
def test_what_a_backward_raises(kind: str, sandbox: Sandbox) -> None:
    body, status, *words = RAISED[kind]
    says(judged(sandbox, "relu", backward("relu", body)), status, *words)


@pytest.mark.parametrize("body", ["while True:\n    pass", "import time\ntime.sleep(60)"])
def test_an_endless_loop_is_stopped(body: str, sandbox: Sandbox) -> None:
    result = judged(sandbox, "relu", backward("relu", body), seconds=0.3)
    says(result, "timeout", "stopped after 0.3 seconds: an endless loop, or far too slow")


def test_an_error_in_some_cases_leaves_the_others_their_points(sandbox: Sandbox) -> None:
    body = "X, W = cache\nif len(X) == 1:\n    1 / 0\nreturn dout @ W.T, X.T @ dout, dout.sum(0)"
    result = judged(sandbox, "affine", backward("affine", body))
    says(result, "failed", "affine_backward raises ZeroDivisionError")
    assert {check.name: check.status for check in result.checks}["dW examples"] == "passed"


def test_no_fault_is_hidden_behind_an_error(sandbox: Sandbox) -> None:
    result = judged(sandbox, "affine", backward("affine", "X, W = cache\nreturn X, X.T @ dout, dout[0]"))
    says(
        result,
        "failed",
        "dX is wrong",
        "db is the gradient of the first sample alone",
    )
    # Without any sample there is no first one: it raises there, and that is this mistake.
    assert "IndexError" not in screen(result)


def test_an_error_that_no_mistake_accounts_for_stands_behind_the_wrong_numbers(sandbox: Sandbox) -> None:
    body = "X, W = cache\nassert len(X), 'no sample'\nreturn X, X.T @ dout, dout.sum(axis=0)"
    result = judged(sandbox, "affine", backward("affine", body))
    says(result, "failed", "dX is wrong", "and affine_backward raises AssertionError", "AssertionError: no sample")


def test_faults_in_the_same_case_are_told_one_by_one_and_their_call_once(sandbox: Sandbox) -> None:
    body = "X, W = cache\nreturn dout @ W.T / 2, X.T @ dout * 3, -dout.sum(0)"
    result = judged(sandbox, "affine", backward("affine", body))
    says(
        result,
        "failed",
        "dX is 0.5 times",
        "and dW is wrong",
        "dW is 3 times",
        "and db is wrong",
        "db has the wrong sign",
    )
    assert screen(result).count("affine_backward(dout, ") == 1


def test_what_is_printed_is_shown_with_its_failure_and_cut(sandbox: Sandbox) -> None:
    body = "print('dout is', dout)\nfor n in range(10**5):\n    print(n)\nreturn dout"
    result = judged(sandbox, "relu", backward("relu", body), seconds=PATIENCE)
    says(result, "failed", "your code | dout is [ 4. -1. 5. 9.]")
    assert re.search(r"… \d+ more lines", screen(result))


FORWARDS = {
    "other values": ("np.maximum(x, 0)", "np.maximum(x, 1)", "failed", "relu_forward no longer computes z", "z[1] = 1"),
    "no pair": ("return z, cache", "return z", "error", "relu_forward must return (out, cache)"),
    "nothing": ("return z, cache", "pass", "error", "relu_forward must return (out, cache); it returned None"),
    "an error": ("cache = x", "cache = y", "error", "relu_forward raises NameError", "3., -1.]) relu_forward(x)"),
    "another shape": ("return z, cache", "return z[None], cache", "failed", "z has the shape (1, 4), and needs (4,)"),
}


@pytest.mark.parametrize("kind", FORWARDS)
def test_a_changed_forward_is_reported_as_that(kind: str, sandbox: Sandbox) -> None:
    old, new, status, *words = FORWARDS[kind]
    result = judged(sandbox, "relu", edited("relu", old, new))
    says(result, status, *words)
    assert "dx" not in screen(result)


def test_a_changed_forward_is_told_how_to_bring_it_back(sandbox: Sandbox) -> None:
    result = judged(sandbox, "relu", edited("relu", "np.maximum(x, 0)", "np.abs(x)"))
    says(result, "failed", "The gradients were not judged. `grader reset relu` brings the given forward back.")


CHANGED = {
    "dout": ("dout[cache <= 0] = 0\nreturn dout", "dout was changed in place"),
    "the input": ("dx = dout * (cache > 0)\ncache *= 0\nreturn dx", "x was changed in place"),
    "both": ("cache[cache <= 0] = 0\ndout *= cache > 0\nreturn dout", "x and dout were changed in place"),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_a_change_in_place_is_named_and_costs_its_own_small_share(kind: str, sandbox: Sandbox) -> None:
    body, words = CHANGED[kind]
    result = judged(sandbox, "relu", backward("relu", body))
    says(result, "failed", words, "Assignment gives a value a second name, it makes no copy")
    assert result.points == pytest.approx(0.95 * result.max_points)
    assert [check.name for check in result.checks if check.status == "failed"] == ["unchanged"]


def test_a_list_and_a_dict_among_the_inputs_are_watched_too(sandbox: Sandbox) -> None:
    source = edited("two_updates", "    steps = []\n", "    steps = []\n    xs = xs.copy()\n    lam += 0\n")
    assert judged(sandbox, "two_updates", source).status == "passed"
    source = edited("two_updates", "    return steps\n", "    xs.append(1.0)\n    return steps\n")
    says(judged(sandbox, "two_updates", source), "failed", "xs was changed in place")


def test_two_faults_in_two_lines_are_both_told(sandbox: Sandbox) -> None:
    result = judged(sandbox, "relu", backward("relu", "dx = dout\ndx[cache < 0] = 0\nreturn dx"))
    says(
        result,
        "failed",
        "dx is wrong where x = 0",
        "Your mask lets the gradient through at x = 0.",
        "and dout was changed in place",
    )


def test_bad_exercises_cost_the_others_nothing() -> None:
    bad = ["while True: pass", "import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "x = [0] * 10**12"]
    with Sandbox() as sandbox:
        for code in bad:
            assert judged(sandbox, "square", backward("square", code), seconds=0.3).points == 0
            assert judged(sandbox, "relu", backward("relu", RIGHT)).status == "passed"
