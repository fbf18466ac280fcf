"""A cell as it was typed → Python: magics, `!` and `?` become calls, by IPython's own rules where it is installed."""

from __future__ import annotations

import importlib
import os
import re
import sys
import tokenize
from functools import cache
from io import StringIO
from types import ModuleType
from typing import Any

_PACKAGES = ("IPython", "IPython.core", "IPython.utils")

_ODD = re.compile(
    r"\A\s|^[ \t]*(?:[%!?/,;>]|In ?\[|\.\.\.)|^[ \t]+$|\?[ \t]*$|=[ \t]*[%!]|[\r\v\f\x1c-\x1e\x85\u2028\u2029]",
    re.MULTILINE,
)
"""What IPython may read otherwise than Python does; without any of it a cell is Python as it stands."""


@cache
def transformer() -> Any:
    """IPython's transformer of cells, or None without IPython. Where it can't be read, this must have run before."""
    # Of the packages only these two modules are wanted: IPython as a whole takes half a second.
    for name in _PACKAGES:
        package = ModuleType(name)
        package.__path__ = [os.path.join(entry, *name.split(".")) for entry in sys.path]
        sys.modules[name] = package
    try:
        found = importlib.import_module("IPython.core.inputtransformer2").TransformerManager()
    except Exception:
        # Not installed, or another version than any that is known.
        return None
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
            del sys.modules[name]
    found.transform_cell("%time 1\n")
    return found


def as_python(source: str) -> str:
    """The Python source of a cell. Raises SyntaxError."""
    # IPython takes every cell apart into tokens, several times: longer than most of them run.
    if not _ODD.search(source):
        return source if source.endswith("\n") else f"{source}\n"
    found = transformer()
    return source if found is None else str(found.transform_cell(source))


def is_silent(code: str) -> bool:
    """Whether a cell's last line ends in a semicolon, so that its value isn't shown."""
    last = ""
    try:
        for token in tokenize.generate_tokens(StringIO(code).readline):
            if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER):
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return False
    return last == ";"
