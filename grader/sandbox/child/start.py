"""Starts one of the sandbox's own processes, with NumPy and nothing of the grader but this folder.

Runs as a file: `python -s -S start.py NUMPY MODULE ARGUMENT…`, where NUMPY is the folder that NumPy is in, and MODULE a
module of this folder whose `main` takes the arguments. `-s` and `-S` keep out what a user or a site put on the path.
It is not `-I`, which would keep out the fixed seed of hashes in the environment as well.
"""

from __future__ import annotations

import importlib
import pathlib
import sys
import types


def make_importable(numpy_home: str) -> None:
    """Makes NumPy and grader.sandbox importable, and of grader only that: its own `__init__` does not run."""
    # The first is this folder, whose modules are nobody's at the top.
    sys.path[:] = [*sys.path[1:], numpy_home]
    package = types.ModuleType("grader")
    package.__path__ = [str(pathlib.Path(__file__).absolute().parents[2])]
    sys.modules["grader"] = package


if __name__ == "__main__":
    make_importable(sys.argv[1])
    importlib.import_module(f"grader.sandbox.{sys.argv[2]}").main(*sys.argv[3:])
