"""Which modules a submission may import, and what it is told about the others."""

from __future__ import annotations

import importlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from encodings.aliases import aliases
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import AnyStr, cast

_EVERYDAY = """
numpy numpy.dtypes numpy.exceptions numpy.lib.stride_tricks numpy.linalg numpy.typing

__future__ abc array ast atexit bisect builtins cmath codecs collections.abc contextlib copy ctypes dataclasses enum
errno functools gc heapq inspect io itertools json keyword linecache math numbers operator os.path pickle
platform re reprlib select signal stat string struct sys time token tokenize traceback types typing unicodedata
warnings weakref

encodings.ascii encodings.cp1252 encodings.iso8859_15 encodings.latin_1 encodings.utf_8_sig
"""

_RARE = """
numpy.char numpy.ctypeslib numpy.fft numpy.lib.recfunctions numpy.ma numpy.matlib numpy.polynomial numpy.random
numpy.rec numpy.strings numpy.testing

argparse asyncio base64 bz2 calendar concurrent.futures contextvars csv datetime decimal difflib fcntl fractions glob
graphlib hashlib locale logging lzma mmap pathlib pprint queue random resource secrets selectors shutil socket
statistics subprocess tempfile textwrap threading timeit unittest urllib.parse uuid zlib
"""

EVERYDAY = tuple(_EVERYDAY.split())
"""Imported before a submission runs, for its process may be unable to read a Python that lives in a private home."""

# Encodings are told by a source's cookie, and not by words in it.
RARE = (*_RARE.split(), *(f"encodings.{codec}" for codec in sorted({*aliases.values(), "idna"})))
"""Imported as well where a submission names one of them: each makes a process larger, and so forking it slower."""

_RARE_WORDS = frozenset(name.rpartition(".")[2].encode() for name in _RARE.split())
_CODEC = re.compile(rb"coding[:=][ \t]*([-\w.]+)")
# A cookie counts in the first two lines only; elsewhere the word costs no more than the larger server.
_EVERYDAY_CODECS = frozenset(b"utf-8 utf8 latin-1 iso-8859-1 iso-8859-15 cp1252 windows-1252 ascii us-ascii".split())
_WORD = re.compile(rb"[^\W\d]\w*")
_ANY_WORD = re.compile(r"[^\W\d]\w*")
_LONGEST = 4 * max(map(len, _RARE_WORDS))

UNREADABLE = "it can't be read from where a submission runs"

MAX_LISTED = 1 << 16
"""Characters of a text whose words are listed: that takes half the time."""

_STAR = re.compile(rb"import[\s\\]*\*")


def is_everyday(source: bytes) -> bool:
    """Whether a submission names no rare module and no rare encoding."""
    codecs = (codec.lower().replace(b"_", b"-") for codec in found(_CODEC, source))
    if not _EVERYDAY_CODECS.issuperset(codecs) or _STAR.search(source):
        return False
    if not _RARE_WORDS.isdisjoint(found(_WORD, source)):
        return False
    if source.isascii():
        return True
    # As Python does with names. Each by itself: a long run of combining marks takes time quadratic in its length.
    words = (word for word in found(_ANY_WORD, source.decode("utf-8", "replace")) if len(word) <= _LONGEST)
    return _RARE_WORDS.isdisjoint(unicodedata.normalize("NFKC", word).encode() for word in words)


def found(pattern: re.Pattern[AnyStr], text: AnyStr) -> Iterable[AnyStr]:
    """What a pattern finds; in a large text one after another, for a list takes thirty times the memory of its text."""
    if len(text) <= MAX_LISTED:
        return cast(Iterable[AnyStr], pattern.findall(text))
    return (match[match.lastindex or 0] for match in pattern.finditer(text))


def preload(names: Sequence[str]) -> None:
    """Imports modules, as far as this Python has them."""
    for name in names:
        with suppress(ImportError):
            importlib.import_module(name)


class AllowedModules:
    """Lets NumPy and the standard library be found by others, and refuses every other module by name, saying why."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root = fullname.partition(".")[0]
        if root == "numpy" or root in sys.stdlib_module_names:
            return None
        raise ModuleNotFoundError(refusal(root), name=fullname)


class UnreadableModules:
    """The last to be asked: explains why a module of the standard library isn't found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{fullname} is not available here: {UNREADABLE}", name=fullname)
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
