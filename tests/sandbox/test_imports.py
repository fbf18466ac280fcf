"""A submission may import NumPy and the standard library, and is told why nothing else."""

from __future__ import annotations

import pytest

from grader.sandbox.imports import PRELOADED, refusal
from grader.sandbox.worker import Sandbox
from tests.sandbox.jobs import HONEST, backward, honest_passes, is_right, job


@pytest.mark.parametrize("module", ["torch", "torch.nn.functional", "grader", "grader.sandbox.child", "scipy", "nmupy"])
def test_another_module_is_refused_by_name(at_each_level: Sandbox, module: str) -> None:
    error = at_each_level.run(job(f"import {module}\n{HONEST}")).error
    assert error is not None
    assert error.type == "ModuleNotFoundError"
    assert f"{module.partition('.')[0]} is not available here" in error.message
    assert error.line == 1


def test_check_is_refused_with_the_way_to_keep_it(full: Sandbox) -> None:
    error = full.run(job("from grader import check")).error
    assert error is not None
    assert '__name__ == "__main__"' in error.message


def test_a_refusal_says_why() -> None:
    assert "by hand" in refusal("torch")
    assert "its own file alone" in refusal("ex22_sigmoid")
    assert "NumPy and Python's standard library" in refusal("pandas")


def test_an_optional_import_may_fail(at_each_level: Sandbox) -> None:
    head = "try:\n    import matplotlib.pyplot as plt\nexcept ImportError:\n    plt = None\n"
    assert is_right(at_each_level.run(job(head + HONEST)))


def test_what_students_ordinarily_import_is_there(at_each_level: Sandbox) -> None:
    imports = "\n".join(f"import {name}" for name in PRELOADED if not name.startswith("encodings"))
    body = f"{imports}\nfrom collections import deque\nfrom typing import Any\nreturn 2 * dout"
    assert is_right(at_each_level.run(backward(body)))
    assert honest_passes(at_each_level)
