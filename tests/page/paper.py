"""What a browser has printed."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

# Ligatures are letters again, and no-break spaces are spaces.
PLAIN = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "\u00a0": " "})


def text_of(pdf: bytes) -> str:
    """All of its text, in the order in which it is drawn."""
    return "\n".join(texts_of(pdf))


def texts_of(pdf: bytes) -> list[str]:
    """The text of each of its sheets."""
    return [sheet.extract_text().translate(PLAIN) for sheet in PdfReader(BytesIO(pdf)).pages]


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each of its sheets in points."""
    return [(float(sheet.mediabox.width), float(sheet.mediabox.height)) for sheet in PdfReader(BytesIO(pdf)).pages]
