"""The command line and the environment of the sandbox's own processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from grader.sandbox.child import start

_INHERITED = ("SYSTEMROOT", "PATH") if sys.platform == "win32" else ()
"""Windows can't start Python without the first, nor find every NumPy's libraries without the second."""


def command(module: str, *arguments: str) -> list[str]:
    """What starts a Python that runs `main(*arguments)` of a module of the sandbox."""
    # Not by importing it: a fork server is begun before that.
    numpy = find_spec("numpy")
    assert numpy is not None
    home = str(Path(str(numpy.origin)).absolute().parents[1])
    return [sys.executable, "-s", "-S", str(Path(start.__file__).absolute()), home, module, *arguments]


def environment() -> Mapping[str, str]:
    """Their whole environment: nothing of the user's, one thread for NumPy, and the same hashes every time."""
    return {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
    }
