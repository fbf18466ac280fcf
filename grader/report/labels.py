"""What stands around a node of a drawing, and the room that it takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import NamedTuple

from grader.graph.diagram import Array, Graph, Node, said_case
from grader.report.arrays import MOST_COLUMNS, OFF, apart, block, differs_at, shape, text
from grader.report.layout import Box
from grader.text.language import later, say, say_many

HEAD = 17.0
"""Half the height of the head that a node's operation stands in."""

LINE = 15.0
"""The height of a line of numbers."""

CHARACTER = 7.0
"""The width of a character of the numbers, a little more than most fonts have."""

AGREES = " ✓"
"""Stands behind a gradient that the student has right."""


_YOURS = {
    "coarse": later("✗ yours"),
    "wrong": later("✗ yours"),
    "follows": later("↳ yours (follows)"),
    "empty": later("✗ yours (says nothing)"),
}
"""What stands before a student's own gradient that isn't right."""


class Labels(NamedTuple):
    """What stands around the wire of one node, line by line."""

    value: list[str]
    gradient: list[str]
    mine: list[str]

    @property
    def width(self) -> float:
        """The width of the longest line."""
        return CHARACTER * max(columns_of(each) for lines in self for each in (*lines, "  "))


def labels(node: Node, called: str) -> Labels:
    """A node's labels; `called` is its gradient's name. The name of an input stands in its head already."""
    # Only what formulas write as an expression of others has no name.
    known = node.id if node.text == node.id else ""
    name = "" if known == node.label else known
    gradient, mine = [], []
    if node.gradient:
        gradient = _label_lines(called if known else "", node.gradient)
        gradient[0] += AGREES if node.state == "right" else ""
    if node.state in ("missing", "unusable"):
        mine = [say("✗ yours: missing") if node.state == "missing" else say("✗ yours: no number")]
    elif node.state in _YOURS and node.mine:
        yours = say(_YOURS[node.state])
        mine = _label_lines(yours, node.mine, node.off)
        if node.gradient and (node.gradient.shape, node.gradient.start) == (node.mine.shape, node.mine.start):
            place = node.off[0] - node.mine.start if node.off else differs_at(node.mine, node.gradient)
            if place is not None and (is_cut(mine) or block(node.gradient) == block(node.mine)):
                gradient = _told_apart(called if known else "", node.gradient, node.mine, place)
                mine = _told_apart(yours, node.mine, node.gradient, place, node.off)
    return Labels(_label_lines(name, node.value), gradient, mine)


def _told_apart(name: str, array: Array, beside: Array, place: int, off: Collection[int] = ()) -> list[str]:
    """An array's lines, with one number in as many digits as tell it from the one beside it."""
    shown = apart(array.numbers[place], beside.numbers[place])
    if prod(array.shape) == 1:
        bare = "[" * len(array.shape) + shown + "]" * len(array.shape)
        return [f"{name} = {bare}" if name else bare]
    index: list[int] = []
    place += array.start
    for size in reversed(array.shape):
        place, last = divmod(place, size)
        index.insert(0, last)
    return [*_label_lines(name, array, off), f"{index}: {shown}"]


def columns_of(line: str) -> int:
    """How many characters of a line take room."""
    return len(line.replace(OFF, ""))


def is_cut(lines: Sequence[str]) -> bool:
    """Whether an array's lines leave some of its numbers out."""
    return any("…" in line or "⋮" in line for line in lines)


def _label_lines(name: str, array: Array, off: Collection[int] = ()) -> list[str]:
    """An array's lines under its name, or behind it where one line has room for both."""
    lines = block(array, off)
    if len(lines) == 1 and len(name) + 3 + columns_of(lines[0]) <= MOST_COLUMNS + 2:
        return [f"{name} = {lines[0]}" if name else lines[0]]
    is_odd = is_cut(lines) or len(array.shape) > 2
    title = " ".join(each for each in (name, shape(array) if is_odd else "") if each)
    return [title, *lines] if title else lines


def head_width(node: Node) -> float:
    """The width of a node's head: a circle, or as wide as what stands in it."""
    return max(2 * HEAD, 8.0 * len(node.label) + 18)


def box(graph: Graph, node: Node, around: Labels) -> Box:
    """The room for a node with its labels."""
    above = LINE * (len(around.value) + (graph.first_wrong == node.id)) + 8
    mine = LINE * len(around.mine) + 10 if around.mine else 0
    below = LINE * len(around.gradient) + mine + 4
    return Box(head_width(node) + 14 + around.width, max(HEAD + 2, above), max(HEAD + 2, below))


def tooltip(node: Node) -> str:
    """What a pointer that rests on a node is told."""
    said = [node.meaning] if node.meaning else []
    said.append(f"{node.text} = {text(node.value)}")
    if node.gradient:
        said.append(f"{_gradient(node)} = {text(node.gradient, differing(node))}")
    if node.mine:
        said.append(say("yours: {numbers}", numbers=text(node.mine, node.gradient if differing(node) else None)))
    return "\n".join(said)


def differing(node: Node) -> Array | None:
    """The student's own gradient, if it isn't right."""
    return None if node.state == "right" else node.mine


def description(graph: Graph) -> str:
    """A graph in a sentence or two, for who can't see it."""
    operations = sum(each.kind not in ("input", "constant") for each in graph.nodes)
    said = say(
        "Computation graph of {exercise}, {case}: {operations}, {edges}.",
        exercise=graph.exercise,
        case=said_case(graph.case),
        operations=say_many("{count} operation", "{count} operations", operations),
        edges=say_many("{count} edge", "{count} edges", len(graph.edges)),
    )
    wrong = [_gradient(each) for each in graph.nodes if each.id == graph.first_wrong]
    return " ".join([said, *graph.notes, *[say("The first wrong gradient is {name}.", name=each) for each in wrong]])


def _gradient(node: Node) -> str:
    return f"d{node.id}" if node.text == node.id else f"d({node.text})"
