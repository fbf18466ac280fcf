"""A student's text made fit to be shown: no control characters, and never too long."""

from __future__ import annotations

import re
import unicodedata

MAX_COLUMNS = 160

MAX_MARKS = 2
"""The most combining marks shown on one letter: a heap of them covers the lines above and below."""

_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def line(text: str, columns: int = MAX_COLUMNS) -> str:
    """One line of a student's: breaks, control and bidirectional characters become "?", the end is cut."""
    shown, marks = "", 0
    for each in text.replace("\t", "    "):
        if len(shown) > columns:
            break
        kind = unicodedata.category(each)[0]
        marks = marks + 1 if kind == "M" else 0
        if marks <= MAX_MARKS:
            shown += "?" if kind == "C" or each in "\u2028\u2029" else each
    return shown if len(shown) <= columns else shown[: columns - 1] + "…"


def broken(text: str) -> list[str]:
    """A text at its line breaks."""
    return _BREAKS.split(text.strip("\r\n"))


def lines(text: str, most: int) -> tuple[str, ...]:
    """The lines of a student's text, cleaned, the surplus counted in the last one."""
    every = broken(text)
    if every == [""]:
        return ()
    shown = tuple(line(each) for each in every[:most])
    return shown if len(every) <= most else (*shown, f"… {len(every) - most} more lines")
