"""A gradient that is only a part of the sum that a fan-out is."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from grader.graph.diagram import Contribution, Node

MOST_CONTRIBUTIONS = 6
"""Of more, too many parts could be meant."""


def share_of(node: Node) -> tuple[str, ...]:
    """The consumers whose contributions alone make up a wrong gradient; none where that isn't clear."""
    mine, parts = node.mine, node.contributions
    if node.state not in ("wrong", "follows") or mine is None or not 2 <= len(parts) <= MOST_CONTRIBUTIONS:
        return ()
    if any((each.value.shape, each.value.start) != (mine.shape, mine.start) for each in parts):
        return ()
    found = {
        tuple(each.consumer for each in some)
        for count in range(1, len(parts))
        for some in combinations(parts, count)
        if _is_sum(some, mine.numbers)
    }
    return next(iter(found)) if len(found) == 1 else ()


def _is_sum(parts: tuple[Contribution, ...], numbers: tuple[float, ...]) -> bool:
    total = np.sum([each.value.numbers for each in parts], axis=0)
    return bool(np.any(total)) and bool(np.allclose(total, numbers, rtol=1e-6, atol=1e-9))
