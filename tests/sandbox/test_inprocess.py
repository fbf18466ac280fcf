"""In a notebook the same drivers run in the process itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.host.inprocess import run_functions
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Run
from tests.sandbox.jobs import HONEST, is_right, job


def double_forward(x: Any) -> Any:
    return 2 * x, x


def run(backward: Any, forward: Any = double_forward) -> Run:
    return run_functions({"double_forward": forward, "double_backward": backward}, job(b""))


def test_it_gives_the_same_run_as_the_sandbox(full: Sandbox) -> None:
    here = run(lambda dout, cache: 2 * dout)
    assert is_right(here)
    assert repr(here) == repr(full.run(job(HONEST)))


def test_prints_are_shown_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def backward(dout: Any, cache: Any) -> Any:
        print("dout is", dout[0])
        return dout

    result = run(backward)
    assert capsys.readouterr().out == "dout is 3.0\n" * 2 == result.output
    assert result.replies[1] is not None
    assert result.replies[1].printed == "dout is 3.0\n"


def test_an_error_names_the_line_of_the_notebook() -> None:
    def backward(dout: Any, cache: Any) -> Any:
        return dout[99]

    reply = run(backward).replies[0]
    assert reply is not None
    assert reply.error is not None
    assert reply.error.text == "return dout[99]"


def test_an_interrupt_is_the_users() -> None:
    def backward(dout: Any, cache: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(backward)


def test_an_exit_is_the_submissions() -> None:
    def backward(dout: Any, cache: Any) -> Any:
        raise SystemExit

    reply = run(backward).replies[0]
    assert reply is not None
    assert reply.error is not None
    assert reply.error.type == "SystemExit"


def test_the_forward_is_guarded_and_given_back() -> None:
    before = double_forward

    def backward(dout: Any, cache: Any) -> Any:
        return double_forward(cache + 1e-5)[0]

    reply = run(backward).replies[0]
    assert reply is not None
    assert reply.error is not None
    assert reply.error.kind == "finite-differences"
    assert double_forward is before


def test_a_missing_function_is_named() -> None:
    reply = run_functions({"double_forward": double_forward}, job(b"")).replies[0]
    assert reply is not None
    assert reply.error is not None
    assert reply.error.kind == "missing"


def test_the_cases_are_left_as_they_were() -> None:
    def backward(dout: Any, cache: Any) -> Any:
        cache[:] = 0
        dout[:] = 0
        return dout

    work = job(b"")
    run_functions({"double_forward": double_forward, "double_backward": backward}, work)
    assert np.array_equal(work.trials[0].inputs["x"], [1.0, -2.0, 3.0])
