"""What is written to an output whose encoding lacks some characters: others that say the same, and never an error."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from encodings import ascii as plain_ascii
from io import TextIOWrapper

SPELLINGS = {
    "§": "sec.",
    "·": "*",
    "×": "x",
    "…": "~",
    "°": " degrees",
    "½": "1/2",
    "±": "+-",
    "′": "'",
    "–": "-",
    "−": "-",
    "─": "-",
    "█": "#",
    "░": ".",
    "⋮": ":",
    "✓": "+",
    "✗": "x",
    "←": "<-",
    "→": "->",
    "↳": "->",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "∞": "inf",
    "√": "sqrt",
    "∂": "d",
    "∇": "grad ",
    "Σ": "sum ",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "eps",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "σ": "sigma",
    "ᵀ": "^T",
    "\u00a0": " ",
}
"""A product is written with the same dot as a list. Marks that stand over a letter fall away: ŷ is y."""

RAISED = "²³¹⁰⁴⁵⁶⁷⁸⁹⁻"
"""What stands above the line, and has a caret before it."""

_ASCII = "spelled-ascii"


def spelled(text: str, encoding: str | None) -> str:
    """A text as an output of this encoding can have it; without one, as it is."""
    _prepare()
    try:
        return text.encode(encoding, "spell").decode(encoding) if encoding else text
    except LookupError:
        return text


def spell_out() -> None:
    """Lets this process's outputs have other characters for those that their encoding lacks."""
    _prepare()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            # By its own name click takes it for a mistake, and writes UTF-8.
            stream.reconfigure(encoding=_ASCII if is_ascii else None, errors="spell")


def _prepare() -> None:
    codecs.register_error("spell", _spell)
    codecs.register(_find)


def _find(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != _ASCII:
        return None
    found = plain_ascii.getregentry()
    return codecs.CodecInfo(
        found.encode, found.decode, found.streamreader, found.streamwriter, found.incrementalencoder,
        found.incrementaldecoder, _ASCII,
    )  # fmt: skip


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelling, error.object[error.start : error.end])), error.end


def _spelling(character: str) -> str:
    if found := SPELLINGS.get(character):
        return found
    simple = unicodedata.normalize("NFKD", character).replace("−", "-")
    letters = "".join(each for each in simple if each.isascii())
    if character in RAISED:
        return f"^{letters}"
    # A letter with its mark is the letter; a mark alone, nothing; what has no likeness, "?".
    return letters or ("" if unicodedata.category(character)[0] == "M" else "?")
