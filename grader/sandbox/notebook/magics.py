"""Stand-ins for what a notebook finds in IPython: magics, shell commands, help, display; what does nothing says why."""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeAlias

RunCell: TypeAlias = Callable[[str, str, "dict[str, Any] | None"], Any]
"""Runs a cell, by its name and source, in a namespace or the notebook's own, and returns its value."""

_REASONS: Mapping[str, str] = {
    **dict.fromkeys(("matplotlib", "pylab"), "plots are not drawn where submissions are graded"),
    **dict.fromkeys(("pip", "conda", "mamba", "uv"), "nothing can be installed where submissions are graded"),
    **dict.fromkeys(("load_ext", "reload_ext", "unload_ext", "autoreload"), "extensions are not loaded"),
    **dict.fromkeys(("pinfo", "pinfo2", "pdoc", "pdef", "psource", "pfile", "psearch"), "help is not shown"),
    **dict.fromkeys(("bash", "sh", "script", "system", "sx", "cmd"), "there is no shell where submissions are graded"),
    **dict.fromkeys(("writefile", "run", "load", "save", "cd"), "there are no files where submissions are graded"),
    **dict.fromkeys(("html", "HTML", "javascript", "js", "svg", "SVG", "latex", "markdown"), "nothing is drawn"),
}

_OTHERWISE = "this magic is not known where submissions are graded"


class Magics:
    """What `get_ipython()` gives in a notebook that is being graded."""

    def __init__(self, namespace: dict[str, Any], run: RunCell) -> None:
        self.user_ns = namespace
        self._run = run
        self._runs = 0

    def run_line_magic(self, name: str, line: str, _stack_depth: int = 1) -> Any:
        """`%name line`."""
        if name in ("time", "timeit", "prun"):
            # Any options begin with a hyphen and come first.
            return self._timed(name, _without_options(line))
        if name == "pinfo":
            return self._nothing(f"?{line}", name)
        return self._nothing(f"%{name}", name)

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """`%%name line` and the rest of a cell."""
        if name in ("time", "prun"):
            return self._timed(name, cell)
        if name == "timeit":
            return self._timed(name, f"{_without_options(line)}\n{cell}")
        if name == "capture":
            return self._captured(line, cell)
        if name == "debug":
            return self._again(cell)
        return self._nothing(f"%%{name}", name)

    def magic(self, line: str) -> Any:
        """`%line`, in the old way."""
        name, _, rest = line.strip().lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def system(self, command: str) -> None:
        """`!command`."""
        self._nothing(f"!{command}", "system")

    def getoutput(self, command: str, **options: Any) -> list[str]:
        """`name = !command`."""
        self._nothing(f"!{command}", "system")
        return []

    def _nothing(self, what: str, name: str) -> None:
        print(f"{what.strip()} does nothing here: {_REASONS.get(name, _OTHERWISE)}")

    def _again(self, source: str, namespace: dict[str, Any] | None = None) -> Any:
        self._runs += 1
        return self._run(f"magic {self._runs}", source, namespace)

    def _timed(self, name: str, source: str) -> Any:
        """Runs it once; for %timeit in a copy of the namespace, and without a value."""
        start = time.perf_counter()
        value = self._again(source, dict(self.user_ns) if name == "timeit" else None)
        print(f"{time.perf_counter() - start:.3g} s (run once)")
        return None if name == "timeit" else value

    def _captured(self, line: str, cell: str) -> None:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            self._again(cell)
        names = [word for word in line.split() if word.isidentifier()]
        if names:
            self.user_ns[names[0]] = _Capture(output.getvalue())


class _Capture:
    """What %%capture has kept."""

    def __init__(self, stdout: str) -> None:
        self.stdout = stdout
        self.stderr = ""
        self.outputs: list[Any] = []

    def show(self) -> None:
        print(self.stdout, end="")

    __call__ = show


class _Drawing:
    """Something to be drawn, as IPython.display.HTML: here it is only named."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def __repr__(self) -> str:
        return "<something that is not drawn here>"


def _without_options(line: str) -> str:
    words = line.split(" ")
    while words and words[0].startswith("-"):
        option = words.pop(0)
        # "-n 100" and "-r 3" take the next word with them.
        if option in ("-n", "-r", "-p") and words:
            words.pop(0)
    return " ".join(words)


def display(*values: Any, **options: Any) -> None:
    """Prints each value."""
    for value in values:
        print(repr(value))


def check(*arguments: Any, **options: Any) -> float:
    """Says that it is not from here that an exercise is judged."""
    print("check does nothing here: each exercise is judged where its own test cell stands")
    return 0.0


def _anything(name: str) -> type[_Drawing]:
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (_Drawing,), {})


def pretend_ipython(magics: Magics) -> None:
    """Makes `display`, `IPython.display`, `IPython.get_ipython` and `grader.check` be found."""
    ipython, display_module, grader = ModuleType("IPython"), ModuleType("IPython.display"), ModuleType("grader")
    functions: Mapping[str, Callable[..., Any]] = {
        "display": display,
        "clear_output": lambda *arguments, **options: None,
        "set_matplotlib_formats": lambda *arguments, **options: None,
        "__getattr__": _anything,
    }
    vars(display_module).update(functions)
    vars(ipython).update({"get_ipython": lambda: magics, "display": display_module, "__version__": "0"})
    vars(grader).update({"check": check})
    builtins.display = display  # type: ignore[attr-defined]
    sys.modules |= {
        "IPython": ipython,
        "IPython.display": display_module,
        "IPython.core": ipython,
        "IPython.core.display": display_module,
        "grader": grader,
    }
