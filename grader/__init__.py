"""Handgrad: backward passes written by hand, judged against PyTorch.

`check` judges functions in a notebook or a REPL. It is imported when it is first asked for, so that importing this
package costs nothing: the sandbox does so in every process.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.notebook import check as check

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        from grader.notebook import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
