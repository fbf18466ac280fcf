"""Questions that a teacher grades by hand, read from a chapter's Markdown.

Each is a section `## name`: the question, then `### Answer`, a model answer, and `### Marks`, a list with a point each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(
    r"(?P<name>[a-z0-9-]+)\n(?P<text>.+)\n### Answer\n(?P<answer>.+)\n### Marks\n+(?P<marks>- .+)", re.DOTALL
)


@dataclass(frozen=True)
class Question:
    """A question with a free answer. The model `answer` and the reason for each point in `marks` are the teacher's."""

    name: str
    text: str
    answer: str
    marks: tuple[str, ...]


def questions(text: str) -> Iterator[Question]:
    """The questions in a chapter's Markdown.

    Raises ValueError for a section that has no answer or no marks.
    """
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        found = _SECTION.fullmatch(section)
        if found is None:
            heading = section.partition("\n")[0]
            raise ValueError(f"the question {heading!r} needs a name in kebab-case, and '### Answer' and '### Marks'")
        marks = re.split(r"^- ", found["marks"], flags=re.MULTILINE)[1:]
        yield Question(
            found["name"],
            found["text"].strip(),
            found["answer"].strip(),
            tuple(" ".join(each.split()) for each in marks),
        )
