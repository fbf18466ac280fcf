"""Text as a spreadsheet shows it: what would be a formula there is none."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet takes for the beginning of a formula, East Asian ones too."""

_NEXT_CELL = re.compile(r"([;\t])(?= *[=+\-@＝＋－＠])")
"""What begins a cell of its own, a formula, where a spreadsheet takes semicolons or tabs for the ends of cells."""

_PLAIN_ID = re.compile(r"[+\-@]?[\w.@+-]*", re.ASCII)
"""Letters, digits and the signs of a user's name or address: no function can be called in them."""


def cell(text: str) -> str:
    """A text that is no formula in a spreadsheet, however it is cut: before one that would be stands an apostrophe."""
    text = _NEXT_CELL.sub(r"\1'", text)
    return f"'{text}" if _FORMULA.match(text) else text


def is_plain_id(text: str) -> bool:
    """Whether an ID does no harm in a spreadsheet as it stands, so that who imports it finds its student."""
    return cell(text) == text or _PLAIN_ID.fullmatch(text) is not None
