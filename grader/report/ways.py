"""The ways of a drawing's edges, from node to node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from grader.graph.diagram import Wire
from grader.report.labels import HEAD
from grader.report.layout import Layout, Point

APART = 11.0
"""How far apart edges end at one node."""

ARROW = 7.0

PLATE = 16.0
"""The height of a label that stands on an edge."""


class Way(NamedTuple):
    """One edge as it runs: the points that it passes, and how far it swerves to keep clear of its twin."""

    target: str
    points: list[Point]
    swerve: float


def ways(edges: Sequence[Wire], placed: Layout) -> list[Way]:
    """Every edge's way: from the end of its source's wire to its own place on the rim of its target's head."""
    offsets = _offsets(edges, placed)
    twins = Counter((edge.source, edge.target) for edge in edges)
    found = []
    for edge, offset in zip(edges, offsets, strict=True):
        (_, y), (end, row) = placed.places[edge.source], placed.places[edge.target]
        inset = HEAD - (HEAD**2 - offset**2) ** 0.5
        points = [
            (placed.ends[edge.source], y),
            *(point for bend in placed.bends[edge.source, edge.target] for point in bend),
            (end + inset - 1, row + offset),
        ]
        found.append(Way(edge.target, points, 5 * offset if twins[edge.source, edge.target] > 1 else 0.0))
    return found


def _offsets(edges: Sequence[Wire], placed: Layout) -> list[float]:
    """How far above or below the middle of its target each edge ends, in the order in which they come from above."""
    entering: dict[str, list[tuple[float, int]]] = {}
    for number, edge in enumerate(edges):
        bends = placed.bends[edge.source, edge.target]
        row = bends[-1][1][1] if bends else placed.places[edge.source][1]
        entering.setdefault(edge.target, []).append((row, number))
    offsets = [0.0] * len(edges)
    for each in entering.values():
        apart = min(APART, (2 * HEAD - 10) / max(len(each) - 1, 1))
        for place, (_, number) in enumerate(sorted(each)):
            offsets[number] = (place - (len(each) - 1) / 2) * apart
    return offsets


def curve(way: Way) -> str:
    """The path of an edge up to its arrow: curved between layers, straight through them, horizontal at every point."""
    *before, (end, last) = way.points
    said = f"M{coordinate(before[0][0])} {coordinate(before[0][1])}"
    for place, ((x, y), (to, row)) in enumerate(pairwise([*before, (end - ARROW, last)])):
        middle = (x + to) / 2
        if place % 2:
            said += f"H{coordinate(to)}"
        else:
            bend = " ".join(map(coordinate, (middle, y + way.swerve, middle, row + way.swerve)))
            said += f"C{bend} {coordinate(to)} {coordinate(row)}"
    return said


def arrow(way: Way) -> str:
    """The path of an edge's arrow."""
    x, y = way.points[-1]
    return f"M{coordinate(x)} {coordinate(y)}l-8 -3.5v7z"


class Plate(NamedTuple):
    """The room of a label that stands on an edge: its middle, and its width."""

    x: float
    y: float
    width: float

    def meets(self, other: Plate) -> bool:
        """Whether one lies on the other, or nearly."""
        return abs(self.x - other.x) < (self.width + other.width) / 2 + 2 and abs(self.y - other.y) < PLATE


def free(way: Way, width: float, taken: Sequence[Plate], height: float) -> Plate:
    """A place for a label that no other one has: near the middle of an edge's first curve, or behind it, or beside it.

    It is within a drawing of that height.
    """
    on = [_at(way, part) for part in (0.56, 0.66, 0.46, 0.76, 0.36)]
    if len(way.points) > 2:
        # A long edge has room of its own in the next layer.
        (x, y), (to, _) = way.points[1:3]
        on += [(x + width / 2, y)] * (to - x >= width)
    # A label more never fills all of these: each that is there is in the way of few.
    off = [sign * step * PLATE for step in range(1, len(taken) + 2) for sign in (1, -1)]
    places = [*on, *((x, y + each) for each in off for x, y in on)]
    plates = [Plate(x, y, width) for x, y in places if not taken or PLATE / 2 <= y <= height - PLATE / 2]
    return next((each for each in plates if not any(map(each.meets, taken))), plates[0])


def _at(way: Way, part: float) -> Point:
    """Where an edge's first curve has come after a part of its way."""
    (x, y), (to, row) = way.points[:2]
    rest = 1 - part
    return (
        x + (to - x) * (1.5 * part * rest + part**3),
        y + (row - y) * part**2 * (3 - 2 * part) + 3 * way.swerve * part * rest,
    )


def coordinate(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
