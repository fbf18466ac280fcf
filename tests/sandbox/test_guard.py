"""A backward pass made of the forward's values is recognised, and an honest recomputation is not."""

from __future__ import annotations

import pytest

from grader.sandbox.child.drivers import run_trial
from grader.sandbox.child.file_job import load
from grader.sandbox.wire.records import Reply
from tests.sandbox.jobs import HONEST, backward, job

CENTRAL_DIFFERENCES = """
dx = np.zeros_like(cache)
for i in range(cache.size):
    step = np.zeros_like(cache)
    step[i] = 1e-5
    dx[i] = ((double_forward(cache + step)[0] - double_forward(cache - step)[0]) @ dout) / 2e-5
return dx
"""

COMPLEX_STEP = "return dout * double_forward(cache + 1e-30j)[0].imag / 1e-30"

SWALLOWED = """
try:
    double_forward(cache + 1e-5)
except Exception:
    pass
return 2 * dout
"""

THEN_RAISES = "try:\n    double_forward(cache + 1e-4)\nfinally:\n    raise KeyError"


def reply_to(source: str, body: str | None = None) -> Reply:
    work = job(source) if body is None else backward(body)
    module, _ = load(work.file, work.source)
    reply = run_trial(vars(module), work, work.trials[0])
    assert not type(vars(module)["double_forward"]).__name__.endswith("Guard")
    return reply


@pytest.mark.parametrize(
    "body",
    [
        CENTRAL_DIFFERENCES,
        COMPLEX_STEP,
        SWALLOWED,
        THEN_RAISES,
        "return globals()['double_forward'](cache * 1.0 + 1e-4)[0]",
        "return double_forward(cache + 0j)[0]",
        "return double_forward(x=cache + 1e-5)[0]",
        "return double_forward(np.where(np.arange(3) == 1, cache + 1e-6, cache))[0]",
    ],
)
def test_the_forward_beside_its_own_input_is_recognised(body: str) -> None:
    error = reply_to("", body).error
    assert error is not None
    assert error.kind == "finite-differences"
    assert error.stage == "double_backward"
    assert "double_forward" in error.message
    assert error.line >= 8
    assert "double_forward" in error.text


def test_the_forward_by_another_name_is_recognised() -> None:
    source = HONEST.replace("return 2 * dout", "return f(cache + 1e-6)[0]") + "\nf = double_forward\n"
    error = reply_to(source).error
    assert error is not None
    assert error.kind == "finite-differences"


@pytest.mark.parametrize(
    "body",
    [
        "double_forward(cache); return 2 * dout",
        "double_forward(cache.copy()); return 2 * dout",
        "double_forward(x=list(cache)); return 2 * dout",
        "double_forward(cache.astype(np.float32)); return 2 * dout",
        "out, cache = double_forward(cache); return 2 * dout",
    ],
)
def test_computing_the_forward_again_is_allowed(body: str) -> None:
    reply = reply_to("", body)
    assert reply.error is None
    assert reply.results["gradients"].tolist() == [6.0, 8.0, -10.0]


@pytest.mark.parametrize("argument", ["dout", "-cache", "np.sign(cache)", "cache[:2]", "2 * cache"])
def test_the_forward_of_something_else_is_the_chain_rule_s(argument: str) -> None:
    assert reply_to("", f"double_forward({argument}); return 2 * dout").error is None


def test_calling_the_forward_wrongly_is_an_ordinary_mistake() -> None:
    error = reply_to("", "return double_forward()").error
    assert error is not None
    assert error.type == "TypeError"


def test_a_helper_that_the_forward_shares_may_be_called_with_anything() -> None:
    source = (
        "def f(x):\n    return 2 * x\ndef double_forward(x):\n    return f(x), x\n"
        "def double_backward(dout, cache):\n    return f(dout)"
    )
    assert reply_to(source).error is None


def test_a_forward_that_the_backward_replaces_stays_replaced() -> None:
    source = HONEST.replace("    return 2 * dout", "    global double_forward\n    double_forward = 3\n    return dout")
    assert reply_to(source).error is None
