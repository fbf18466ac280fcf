"""The table of what has been timed in turn, so that a noisy machine was as noisy to each."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def table(seconds: Mapping[str, Sequence[float]], base: str) -> str:
    """A line a command: median, least and most, and the median of the ratios to `base`, round by round."""
    width = max(map(len, seconds))
    rows = [f"{'':<{width}}  median s   min s   max s   ratio"]
    for name, each in seconds.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(each, seconds[base], strict=True))
        rows.append(f"{name:<{width}}  {statistics.median(each):8.2f} {min(each):7.2f} {max(each):7.2f} {ratio:7.2f}")
    return "\n".join(rows)
