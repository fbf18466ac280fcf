"""The text of a PDF that Chromium has printed, and the sheets of one by Firefox."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

PLAIN = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "\u00a0": " "})


def text_of(pdf: bytes) -> str:
    """All of its text, in the order in which it is drawn."""
    return "\n".join(texts_of(pdf))


def texts_of(pdf: bytes) -> list[str]:
    """The text of each of its sheets."""
    objects = {int(number): body for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
    fonts: dict[int, dict[int, str]] = {}
    for number, body in objects.items():
        if found := re.search(rb"/ToUnicode (\d+) 0 R", body):
            fonts[number] = dict(_letters(_stream(objects[int(found[1])])))
    named = {int(name): int(number) for name, number in re.findall(rb"/F(\d+) (\d+) 0 R", pdf)}
    drawn = [stream for body in objects.values() if b" Tf" in (stream := _stream(body))]
    used = {name: fonts[at] for name, at in named.items() if at in fonts}
    # Ligatures are letters again, and no-break spaces are spaces.
    return ["".join(_shown(each, used)).translate(PLAIN) for each in drawn]


def sheets_of(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each of its sheets in points, also where they are written among packed objects."""
    packed = [_stream(body) for body in re.findall(rb"\d+ 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)]
    sheets = re.findall(rb"/MediaBox *\[ *0 0 (\d+)[.\d]* (\d+)", b"\n".join([pdf, *packed]))
    return [(int(width), int(height)) for width, height in sheets]


def _stream(body: bytes) -> bytes:
    found = re.search(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    return zlib.decompress(found[1]) if found and b"/FlateDecode" in body else b""


def _letters(table: bytes) -> Iterator[tuple[int, str]]:
    """The letters of a font by the numbers of its glyphs."""
    for part in re.findall(rb"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        for glyph, letters in re.findall(rb"<(\w+)> <(\w+)>", part):
            yield int(glyph, 16), bytes.fromhex(letters.decode()).decode("utf-16-be")
    for part in re.findall(rb"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, letter in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", part):
            if len(letter) > 4:  # A letter beyond the first plane, or a ligature, stands alone.
                yield int(first, 16), bytes.fromhex(letter.decode()).decode("utf-16-be")
                continue
            for step in range(int(last, 16) - int(first, 16) + 1):
                yield int(first, 16) + step, chr(int(letter, 16) + step)


def _shown(stream: bytes, fonts: dict[int, dict[int, str]]) -> Iterator[str]:
    letters: dict[int, str] = {}
    for font, glyphs, end in re.findall(rb"/F(\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\bET\b)", stream):
        if font:
            letters = fonts.get(int(font), {})
        elif glyphs:
            codes = bytes.fromhex(glyphs.decode())
            yield from (letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2))
        elif end:
            yield "\n"
