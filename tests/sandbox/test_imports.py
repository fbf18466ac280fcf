"""A submission may import NumPy and the standard library, and is told why nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader.sandbox.child.imports import EVERYDAY, RARE, is_everyday, refusal
from grader.sandbox.host.worker import Sandbox
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


@pytest.mark.parametrize("names", [EVERYDAY, EVERYDAY + RARE], ids=["everyday", "all"])
def test_what_students_ordinarily_import_is_there(at_each_level: Sandbox, names: Sequence[str]) -> None:
    imports = "\n".join(f"import {name}" for name in names if not name.startswith("encodings"))
    body = f"{imports}\nfrom collections import deque\nfrom typing import Any\nreturn 2 * dout"
    assert is_right(at_each_level.run(backward(body)))
    assert honest_passes(at_each_level)


@pytest.mark.parametrize(
    "source",
    [
        b"np.random.seed(0)",
        b"import numpy.ma",
        b"from unittest import mock",
        b"from numpy import *",
        b"from numpy import*",
        b"from numpy import \\\n    *",
        "np.ｒandom".encode(),
        b"# coding: koi8-r\n",
    ],
)
def test_a_submission_that_names_a_rare_module_or_encoding_is_not_everyday(source: bytes) -> None:
    assert not is_everyday(source)


@pytest.mark.parametrize("codec", ["utf-8", "UTF8", "latin-1", "latin_1", "cp1252"])
def test_ordinary_encodings_are_everyday(codec: str) -> None:
    assert is_everyday(f"# -*- coding: {codec} -*-\n".encode())


def test_jobs_of_both_kinds_share_a_sandbox(full: Sandbox) -> None:
    rare = backward("import random\nnp.random.seed(1)\nreturn 2 * dout + 0 * np.random.rand()")
    assert is_right(full.run(rare))
    assert honest_passes(full)
    assert is_right(full.run(rare))


def test_a_megabyte_of_combining_marks_keeps_nobody_waiting() -> None:
    # In one piece they would take minutes to put in order.
    assert is_everyday(b"# e" + "\u0301\u0316".encode() * (1 << 18))


def test_a_name_that_python_reads_as_a_rare_module_is_one() -> None:
    assert not is_everyday("import numpy as np\nnp.𝐫andom.normal()".encode())
    assert is_everyday("# ein Zufall, ﬁn de siècle".encode())
