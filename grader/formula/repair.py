"""A change of one place in a student's own code, and what it does there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.formula.program import Program, Span

Means: TypeAlias = Literal["instead", "on top", "more", "number", "handed on"]

MEANS: tuple[Means, ...] = ("instead", "on top", "more", "number", "handed on")
"""In the order in which they are tried: something else in a place, something done to it, a factor or term more; then
what makes good as easily what went wrong elsewhere, a number as a factor, or what is done to a value that a line only
hands on."""

COMPENSATING: tuple[Means, ...] = ("number", "handed on")
"""Each is tried only where nothing before it will do: twice a gradient cures half of one, in whatever line that is."""


@dataclass(frozen=True)
class Repair:
    """A change of one place: the bytes of `span` become `text`. It lies on the lines `first` to `last`.

    `unit` is the place of the statement that it is in, among those at the top of the file.
    """

    first: int
    last: int
    span: Span
    text: str
    unit: int
    means: Means

    def whole(self, program: Program) -> bytes:
        """The file with the change."""
        return self._changed(program, (0, len(program.source)))

    def statement(self, program: Program) -> str:
        """The statement at the top of the file that it is in, with the change."""
        return self._changed(program, program.unit(self.unit)).decode("utf-8", "replace")

    def _changed(self, program: Program, within: Span) -> bytes:
        (start, end), (first, last) = self.span, within
        return program.source[first:start] + self.text.encode() + program.source[end:last]
