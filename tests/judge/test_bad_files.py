"""A file that can't be read or loaded has a message of its own, in a student's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.judging.source import read
from grader.judging.unmarked import unread_result
from grader.results import Status
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.judge.written import backward, file, judged, says, screen

RIGHT = "return dout * (cache > 0)"

FILES: dict[str, tuple[bytes | str | None, Status, str]] = {
    "missing": (None, "missing", "ex21_relu.py is missing"),
    "empty": (b"", "error", "ex21_relu.py is empty"),
    "a folder": ("folder", "error", "ex21_relu.py is a folder, not a regular file"),
    "a link": ("link", "error", "ex21_relu.py is a symbolic link, which is not followed"),
    "latin-1": (b"x = 1\n# caf\xe9\n", "error", "ex21_relu.py isn't UTF-8 text: line 2 has the byte 0xe9"),
    "UTF-16": ("x = 1\n".encode("utf-16"), "error", "isn't UTF-8 text: line 1 has the byte 0xff; save it as UTF-8"),
    "far too large": (b"#" * (1 << 21), "error", "ex21_relu.py is too large: 2097152 bytes"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_can_not_be_read(kind: str, tmp_path: Path) -> None:
    content, status, words = FILES[kind]
    path = tmp_path / "ex21_relu.py"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    elif content == "link":
        path.symlink_to(submissions.ROOT / "solutions" / "ex21_relu.py")
    exercise = catalog.get("relu")
    error = read(tmp_path, exercise)
    assert isinstance(error, SubmissionFileError)
    says(unread_result(exercise, file(exercise), error), status, words)


LOADING: dict[str, tuple[Any, ...]] = {
    "only a comment": ("# later\n", "there is no function relu_forward in ex21_relu.py"),
    "null bytes": (b"x = 1\0\n", "SyntaxError: source code string cannot contain null bytes"),
    "a bracket left open": ("import numpy as np\ndef relu_forward(x:\n    pass\n", "line 2: def relu_forward(x:"),
    "a body left out": (
        "def relu_forward(x):\nreturn x\n",
        "line 2: return x",
        "IndentationError: expected an indented",
    ),
    "tabs and spaces": ("if 1:\n        x = 1\n\ty = 2\n", "line 3: y = 2", "TabError: inconsistent use of tabs"),
    "an unknown codec": ("# coding: klingon\n", "SyntaxError", "klingon"),
    "a name that isn't there": ("import numpy as np\n\nx = foo\n", "line 3: x = foo", "name 'foo' is not defined"),
    "PyTorch": ("import torch\n", "line 1: import torch", "the point is to write the gradient by hand in NumPy"),
    "the grader": ("from grader import check\n", 'keep calls of check under `if __name__ == "__main__":`'),
    "another exercise": ("from ex11_square import *\n", "each exercise is judged by its own file alone"),
    "a package that isn't there": ("import scipy\n", "may import NumPy and Python's standard library"),
    "leaving": ("import sys\nsys.exit('bye')\n", "the file can't be loaded: SystemExit", "line 2: sys.exit('bye')"),
    "nothing but a number": ("relu_forward = relu_backward = 3\n", "there is no function relu_forward"),
}


@pytest.mark.parametrize("kind", LOADING)
def test_a_file_that_can_not_be_loaded(kind: str, sandbox: Sandbox) -> None:
    source, *words = LOADING[kind]
    result = judged(sandbox, "relu", source)
    says(result, "error", *words)
    assert result.points == 0


def test_a_renamed_function_is_recognised(sandbox: Sandbox) -> None:
    source = backward("relu", RIGHT).replace("relu_backward", "relu_bakward")
    says(
        judged(sandbox, "relu", source),
        "error",
        "there is no function relu_backward in ex21_relu.py",
        "There is relu_bakward: was it renamed?",
    )


def test_the_other_function_of_the_pair_is_not_taken_for_a_renamed_one(sandbox: Sandbox) -> None:
    result = judged(sandbox, "relu", backward("relu", RIGHT).replace("relu_forward", "rectify"))
    says(result, "error", "there is no function relu_forward")
    assert "was it renamed" not in screen(result)
