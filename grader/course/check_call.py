"""A test cell that is one call of `check`: which exercise it asks for, and for which of the notebook's functions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from grader import catalog


class CheckError(ValueError):
    """A test cell of the instructor's that calls `check` wrongly; the message says how."""


@dataclass(frozen=True)
class CheckCall:
    """What a test cell asks for: an exercise, and the notebook's names for its functions."""

    exercise: str
    given: tuple[str, ...]


def is_test(cell: Any) -> bool:
    """Whether a cell is an autograded test cell."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"))


def check_call(source: str) -> CheckCall | None:
    """The one call of `check` that a cell consists of, beside imports, or None if it is another cell.

    For an instructor's cells alone: of a student's the parser would take a thousand times the memory.
    """
    try:
        body = [each for each in ast.parse(source).body if not isinstance(each, ast.Import | ast.ImportFrom)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return None
    name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    given = tuple(each.id for each in call.args[1:] if isinstance(each, ast.Name))
    return CheckCall(name, given) if isinstance(name, str) and len(given) == len(call.args) - 1 else None


def require_right(source: str, call: CheckCall) -> None:
    """Raises CheckError unless an exercise of that name has as many functions as are given to `check`."""
    try:
        functions = catalog.get(call.exercise).functions
    except ValueError as error:
        raise CheckError(f"{source.strip()!r}: {error}{catalog.advice()}") from None
    if len(call.given) != len(functions):
        raise CheckError(f"{source.strip()!r}: the functions are {', '.join(functions)}")
