"""Lines fitted to a terminal: broken between words where it is narrower than they were written for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

from grader.report.terminal import NEXT, WIDTH, Line, Span, plain
from grader.text.language import say

LEAST = 20
"""The columns that a line is broken to at least, whatever the terminal has."""

SENTENCE = 2
"""How far in a sentence stands; what stands further in is code, or a fact."""


def columns(otherwise: int) -> int:
    """The columns of the terminal, or what COLUMNS says; `otherwise` where nobody says."""
    return shutil.get_terminal_size((otherwise, 24)).columns


def sentence(text: str, hanging: int = SENTENCE) -> str:
    """A text in lines as wide as a verdict's, or as narrow as the terminal; all but the first so far in."""
    return _text(text, min(columns(WIDTH), WIDTH), hanging)


def row(text: str, hanging: int = SENTENCE) -> str:
    """A table's row: one line, unless the terminal is narrower."""
    return _text(text, columns(len(text)), hanging)


def _text(text: str, width: int, hanging: int) -> str:
    return plain(broken((Span(text),), max(width, LEAST), hanging))


def statements(code: str) -> str:
    """Python to be pasted, broken as a sentence is, but only where it stays what it was: between brackets."""
    width = max(min(columns(WIDTH), WIDTH), LEAST)
    made = [part for line in code.split("\n") for part in _separate(line, width)]
    return plain(part for each in made for part in broken((Span(each),), width, SENTENCE)).replace(_HELD, " ")


_HELD = "\u00a0"
_PIECES = re.compile(r"""\"[^\"]*\"|'[^']*'|[\[({]|[\])}]|; | |[^ \"'\[({\])};]+|.""")


def _separate(line: str, width: int) -> Iterator[str]:
    """The statements of a line, if it is too long; in each, the spaces that aren't between brackets are held."""
    if len(line) <= width or "#" in line:
        yield line.replace(" ", _HELD)
        return
    statement, depth = "", 0
    for piece in _PIECES.findall(line):
        depth += (piece in "[({") - (piece in "])}")
        if piece == "; " and depth == 0:
            yield statement
            statement = ""
        else:
            statement += piece if piece == " " and depth else piece.replace(" ", _HELD)
    yield statement


def fit(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Lines of at most `width` columns, but for what is next: that ends in a command, and is to be copied.

    None is longer than it was written.
    """
    if width >= WIDTH:
        yield from lines
        return
    for line in joined(lines):
        yield from (line,) if line[0].text.startswith(say(NEXT)) else broken(line, max(width, LEAST))


def joined(lines: Iterable[Line]) -> list[Line]:
    """Lines as they were before they were broken at `WIDTH`: where the next word would not have fitted."""
    whole: list[Line] = []
    length = 0
    for line in lines:
        text = line[0].text
        goes_on = length + 1 + len(text.split(maxsplit=1)[0]) > WIDTH if text.strip() else False
        if goes_on and len(line) == len(whole[-1]) == 1 and _continues(whole[-1][0], line[0]):
            whole[-1] = (Span(f"{whole[-1][0].text} {text.lstrip()}", line[0].style),)
        else:
            whole.append(line)
        length = len(text)
    return whole


def _continues(before: Span, span: Span) -> bool:
    """Whether it may go on with what stands before: a sentence as far in as that, a line of code further."""
    first, second = _indent(before.text), _indent(span.text)
    return before.style == span.style and (first == second <= SENTENCE or second > first > SENTENCE)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def broken(line: Line, width: int, hanging: int | None = None) -> Iterator[Line]:
    """A line in parts of at most `width` columns, but the first `hanging` from the left.

    Unless that is said, they are in from the left as the first is, and the rest of a call further.
    """
    text = "".join(span.text for span in line)
    if hanging is None:
        indent = _indent(text)
        hanging = SENTENCE if indent <= SENTENCE else indent + 4
    hanging = min(hanging, width // 2)
    start = end = 0
    for word in re.finditer(r" *[^ ]+", text):
        room = width - (hanging if start else 0)
        if end and _cells(text[start : word.end()]) > room:
            yield _part(line, start, end, hanging if start else 0)
            start = word.end() - len(word[0].lstrip())
        end = word.end()
    yield _part(line, start, max(end, start), hanging if start else 0)


def _part(line: Line, start: int, end: int, indent: int) -> Line:
    """The characters of a line from `start` to `end`, in their styles, behind so many spaces."""
    spans = [Span(" " * indent)] if indent else []
    place = 0
    for span in line:
        piece = span.text[max(start - place, 0) : max(end - place, 0)]
        spans += [Span(piece, span.style)] if piece else []
        place += len(span.text)
    return tuple(spans) or (Span(""),)


def _cells(text: str) -> int:
    """The columns that a text takes: some letters take two, and marks on a letter none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
