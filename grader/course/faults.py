"""What went wrong in a notebook's cell, in words: fact first; a student's words are quoted and cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.course.hidden_tests import is_hidden
from grader.course.running import NOT_REACHED
from grader.judging.errors import error_lines, place_line
from grader.results import Finding
from grader.sandbox.wire.records import Ending, Spot, StudentError
from grader.text import quote


def cell_fault(
    error: StudentError | None, ending: Ending | None, seconds: float, place: Spot | None = None, source: str = ""
) -> Finding | None:
    """The finding for a cell that raised `error`, or in which its process came to an `ending`; None for neither.

    `place` is where it was shortly before. Of an error in a hidden test of the cell's `source` only its kind is told.
    """
    if ending is not None:
        where = (f"{place_line(place)} (where it was when its time was nearly over)",) if place else ()
        return Finding(f"this cell {_end(ending, seconds)}", theirs=where)
    if error is None:
        return None
    kind = quote.line(error.type, 60)
    hidden = bool(error.text) and is_hidden(error.text, source)
    return Finding(f"this cell raises {kind}", theirs=("in a hidden test",) if hidden else error_lines(error))


def _end(ending: Ending, seconds: float) -> str:
    if ending == NOT_REACHED:
        return "was not run: the notebook took too long, or its process died too often"
    detail = quote.line(ending.detail, 80)
    return {
        "timeout": f"was stopped after {seconds:g} seconds: an endless loop, or far too slow",
        "exited": f"ended its own process, with exit status {detail}",
        "crashed": f"crashed its process ({detail})",
        "memory": "asked for more memory than there is for it",
    }.get(ending.kind, "spoilt what it was to report")


def missing_function(name: str, similar: str, faults: Iterable[tuple[str, Finding]]) -> Finding:
    """The finding for a function that isn't defined; `faults` are sources of cells that failed, and what is wrong."""
    function = quote.line(name, 60)
    for source, fault in faults:
        if defines(source, [name]):
            headline = fault.headline.replace("this cell", "its cell", 1)
            return Finding(f"there is no {function}: {headline}", theirs=fault.theirs)
    advice = f"There is {quote.line(similar, 60)}: was it renamed?" if similar else ""
    return Finding(f"there is no function {function} in this notebook", advice=advice)


def defines(source: str, names: Iterable[str]) -> bool:
    """Whether a cell gives one of the names a meaning, as far as its text shows."""
    own = "|".join(map(re.escape, names))
    # No \s at the beginning of a line: it matches line breaks, and takes a square of the time on many of them.
    pattern = rf"^[ \t]*(?:(?:def|class)[ \t]+(?:{own})\b|(?:{own})[ \t]*=)"
    return re.search(pattern, source, re.MULTILINE) is not None
