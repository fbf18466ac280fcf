"""What in a verdict could be taken for the grader's own word, or for a command to the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

from grader.report.html import verdict_html
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult

WORD = "spoof"
"""In every text of an attack that poses as the grader's."""

THEIRS = ("    your code | ", "  Note: ")
"""How a line begins that shows what a student wrote."""

LONGEST = 400


def spoofs(result: ExerciseResult) -> list[str]:
    """What is wrong with a verdict as it is shown, or nothing."""
    text = plain(verdict(result))
    found = [
        *_lines(text),
        *(f"a character {each!r} on the terminal" for each in sorted(set(_control(text)))),
        *(f"a character {each!r} in the JSON" for each in sorted(set(_control_in_json(result)))),
        *_Markup.strange(verdict_html(result)),
    ]
    return list(dict.fromkeys(found))


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if WORD in line and not line.startswith(THEIRS):
            yield f"their words in a line of ours: {line!r}"
        if len(line) > LONGEST:
            yield f"a line of {len(line)} characters"
        if "MMMM" in "".join(unicodedata.category(each)[0] for each in line):
            yield "a heap of combining marks"


def _control(text: str) -> Iterator[str]:
    for each in text:
        if each != "\n" and (unicodedata.category(each)[0] == "C" or each in "\u2028\u2029"):
            yield each


def _control_in_json(result: ExerciseResult) -> Iterator[str]:
    yield from _control("".join(_strings(json.loads(json.dumps(result.to_json())))))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


class _Markup(HTMLParser):
    """Reads a verdict's HTML, which has lines and spans of our own styles, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def strange(cls, html: str) -> list[str]:
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader.found

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("pre", "span", "div") or {name for name, _ in attributes} - {"style", "class"}:
            self.found.append(f"the markup {self.get_starttag_text()!r}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"a comment {data!r}")
