"""The hidden tests in a test cell of the instructor's, which students are given without them, before and after."""

from __future__ import annotations

from collections.abc import Iterator

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
"""What nbgrader takes for the beginning and the end, in any line."""

IN_THEIR_PLACE = "# hidden tests"


def without_hidden_tests(source: str) -> str:
    """The source with a line in the place of each part that is hidden."""
    shown: list[str] = []
    before = False
    for line, hidden in _lines(source):
        if not hidden:
            shown.append(line)
        elif not before:
            shown.append(IN_THEIR_PLACE)
        before = hidden
    return "\n".join(shown)


def is_hidden(text: str, source: str) -> bool:
    """Whether a line of a source, which may lack the blanks around it, stands in a hidden part."""
    return any(hidden and line.strip() == text.strip() for line, hidden in _lines(source))


def _lines(source: str) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it belongs to a hidden part; one that doesn't end goes to the end of the cell."""
    hidden = False
    for line in source.split("\n"):
        hidden = hidden or BEGIN in line
        yield line, hidden
        hidden = hidden and END not in line
