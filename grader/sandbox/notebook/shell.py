"""A notebook's cells run in order in one namespace, much as IPython runs them, without a kernel."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox.notebook import awaiting, transform
from grader.sandbox.notebook.magics import Magics, pretend_ipython

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

MAX_SHOWN = 2_000
"""Characters of a value's repr that are shown."""


class Shell:
    """The namespace of a notebook and what runs in it; `files` are the names of its cells."""

    def __init__(self) -> None:
        self.module = ModuleType("__main__")
        self.namespace = vars(self.module)
        self.files: set[str] = set()
        sys.modules["__main__"] = self.module
        magics = Magics(self.namespace, self.run)
        builtins.get_ipython = lambda: magics  # type: ignore[attr-defined]
        pretend_ipython(magics)

    def run_cell(self, name: str, source: str) -> Any:
        """A cell's value, as `run` gives it, which is printed as a notebook shows it."""
        value = self.run(name, source)
        if value is not None:
            text = repr(value)
            print(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")
        return value

    def run(self, name: str, source: str, namespace: dict[str, Any] | None = None) -> Any:
        """The value of a cell's last expression, None if it has none or ends in a semicolon."""
        self.files.add(name)
        space = self.namespace if namespace is None else namespace
        code = transform.as_python(source)
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        tree = ast.parse(code, name)
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr):
            return _execute(compile(tree, name, "exec", _FLAGS, dont_inherit=True), space)
        before = ast.Module(tree.body[:-1], [])
        _execute(compile(before, name, "exec", _FLAGS, dont_inherit=True), space)
        value = _execute(compile(ast.Expression(last.value), name, "eval", _FLAGS, dont_inherit=True), space)
        return None if transform.is_silent(code) else value


def _execute(code: CodeType, namespace: dict[str, Any]) -> Any:
    if not code.co_flags & inspect.CO_COROUTINE:
        return eval(code, namespace)
    return awaiting.run(eval(code, namespace))
