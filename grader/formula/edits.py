"""Every formula that is one edit away from a textbook's: what people write who make one mistake.

An edit replaces one place of one line, or does the same everywhere. Which values could stand in another's place is
seen from a sample: those with as many axes.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.exercise.textbook import Line, Textbook
from grader.formula.everywhere import everywhere
from grader.formula.kinds import Kind
from grader.formula.variants import Scope


@dataclass(frozen=True)
class Edit:
    """A wrong formula: the `lines` that it has in the place of the textbook's, and of which kind the mistake is.

    `part` is the term that came out otherwise, as it is now: "" where it is gone.
    """

    kind: Kind
    lines: tuple[Line, ...]
    part: str = field(default="", compare=False)

    def __str__(self) -> str:
        return "; ".join(map(str, self.lines))


def edits(book: Textbook, sample: Mapping[str, Any]) -> Iterator[Edit]:
    """The edits of a textbook's lines; `sample` has every value of one case, as `Textbook.run` gives it.

    The same formula may come more than once, and some are right.
    """
    for line in book.lines:
        yield from edits_naming(book, line, sample)
    yield from (Edit(kind, lines) for kind, lines in everywhere(book, sample))


def edits_naming(book: Textbook, line: Line, sample: Mapping[str, Any], names: Collection[str] = ()) -> Iterator[Edit]:
    """The edits of one place of a line; with `names` those alone that name one of them."""
    scope = Scope({name: value for name, value in sample.items() if name != line.target}, book, line.target)
    for variant in scope.of_line(line.tree):
        if not names or any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(variant.tree)):
            part = ast.unparse(variant.part) if variant.part else ""
            yield Edit(variant.kind, (Line(line.target, ast.unparse(variant.tree)),), part)
