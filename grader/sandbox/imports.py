"""Which modules a submission may import, and what it is told about the others."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_NAMES = """
numpy numpy.ctypeslib numpy.exceptions numpy.fft numpy.lib.recfunctions numpy.lib.stride_tricks numpy.linalg numpy.ma
numpy.matlib numpy.polynomial numpy.random numpy.testing numpy.typing

__future__ abc argparse array ast atexit base64 bisect builtins calendar cmath codecs collections.abc contextlib
contextvars copy csv ctypes dataclasses datetime decimal difflib enum errno fractions functools gc glob graphlib
hashlib heapq inspect io itertools json keyword linecache locale logging math mmap numbers operator os.path pathlib
pickle platform pprint queue random re reprlib resource secrets select shutil signal socket stat statistics string
struct subprocess sys tempfile textwrap threading time timeit token tokenize traceback types typing unicodedata
unittest uuid warnings weakref zlib

encodings.ascii encodings.cp1252 encodings.idna encodings.iso8859_15 encodings.latin_1 encodings.utf_8_sig
"""

PRELOADED = tuple(_NAMES.split())
"""Imported before a submission runs, for its process may be unable to read a Python that lives in a private home."""


def preload() -> None:
    """Imports what students ordinarily import, as far as this Python has it."""
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


class AllowedModules(MetaPathFinder):
    """Lets NumPy and the standard library be found by others, and refuses every other module by name, saying why."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root = fullname.partition(".")[0]
        if root == "numpy" or root in sys.stdlib_module_names:
            return None
        raise ModuleNotFoundError(refusal(root), name=fullname)


class UnreadableModules(MetaPathFinder):
    """The last to be asked: explains why a module of the standard library isn't found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in sys.stdlib_module_names:
            message = f"{fullname} is not available here: it can't be read from where a submission runs"
            raise ModuleNotFoundError(message, name=fullname)
        return None


def restrict_imports() -> None:
    """Holds every later import of this process to NumPy and the standard library."""
    sys.meta_path.insert(0, AllowedModules())
    sys.meta_path.append(UnreadableModules())


def refusal(module: str) -> str:
    """Why a submission can't import `module`."""
    if module in ("torch", "tensorflow", "jax", "autograd", "tinygrad", "mygrad"):
        return f"{module} is not available here: the point is to write the gradient by hand in NumPy"
    if module == "grader":
        return 'grader is not available here: keep calls of check under `if __name__ == "__main__":`'
    if re.fullmatch(r"ex\d+_\w+", module):
        return f"{module} is not available here: each exercise is judged by its own file alone"
    return f"{module} is not available here: a submission may import NumPy and Python's standard library"
