"""What is said of Python's own sum over an array, and of swapped arguments, where neither raises an error."""

from __future__ import annotations

import pytest

from grader.sandbox.host.worker import Sandbox
from tests.judge.written import backward, edited, judged, says, screen

SWAPPED = {
    "relu": ("def relu_backward(dout, cache)", "x"),
    "sigmoid": ("def sigmoid_backward(dout, cache)", "sigma"),
    "tanh": ("def tanh_backward(dout, cache)", "t"),
    "softplus": ("def softplus_backward(dout, cache)", "x"),
}


@pytest.mark.parametrize("name", SWAPPED)
def test_swapped_arguments_show_in_the_numbers(name: str, sandbox: Sandbox) -> None:
    head, other = SWAPPED[name]
    result = judged(sandbox, name, edited(name, head, head.replace("dout, cache", "cache, dout")))
    gradient = "dx" if other == "x" else "ds"
    says(result, "failed", f"{gradient} is what comes out where dout and {other} change places.")
    says(result, "failed", f"{name}_backward gets dout first, and what the forward kept second.")


def test_a_sum_over_the_first_axis_of_several_is_told_as_such(sandbox: Sandbox) -> None:
    result = judged(sandbox, "conv2d", edited("conv2d", "dout.sum(axis=(0, 2, 3))", "sum(dout)"))
    says(result, "failed", "db still has axes that are to be summed over: of dout's, the first alone is gone.")
    result = judged(sandbox, "broadcast_multiply", backward("broadcast_multiply", BROADCAST))
    says(result, "failed", "In da and db the first axis of the product is summed over in every case")


BROADCAST = "a, b = cache\nreturn sum(dout * b), sum(dout * a)"


def test_a_sum_of_nothing_is_told_as_such_and_no_other_zero(sandbox: Sandbox) -> None:
    said = "Here is nothing to add up"
    says(judged(sandbox, "affine", edited("affine", "dout.sum(axis=0)", "sum(dout)")), "failed", said)
    zero = "X, W = cache\nreturn dout @ W.T, X.T @ dout, 0.0"
    assert said not in screen(judged(sandbox, "affine", backward("affine", zero)))
    empty = "X, W = cache\nreturn dout @ W.T, X.T @ dout, dout.sum(axis=0) if len(dout) else 1.0"
    assert said not in screen(judged(sandbox, "affine", backward("affine", empty)))
