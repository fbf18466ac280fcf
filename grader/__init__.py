"""Handgrad: backward passes written by hand, judged against PyTorch.

`check` judges functions in a notebook or a REPL, `as_function` puts a finished pair into a PyTorch model, `digits` are
handwritten digits to train on. These three names are all that is public in Python, besides nbgrader's plug-ins in
`grader.course`: CONTRIBUTING.md, The public interface. Each is imported when it is first asked for, so that importing
this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.catalog.digits import digits as digits
    from grader.desk.bridge import as_function as as_function
    from grader.desk.check import check as check

__all__ = ["as_function", "check", "digits"]

_HOMES = {"as_function": "grader.desk.bridge", "check": "grader.desk.check", "digits": "grader.catalog.digits"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
