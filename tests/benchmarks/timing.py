"""Commands timed in turn, so that a noisy machine is as noisy to each of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def in_turn(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Wall seconds of each command in each round, after one that isn't counted; a command that fails raises."""
    # Python keeps what it has compiled unless it is told otherwise; every command is measured so.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
            if number:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def table(seconds: Mapping[str, Sequence[float]], base: str) -> str:
    """A line a command: median, least and most, and the median of the ratios to `base`, round by round."""
    width = max(map(len, seconds))
    rows = [f"{'':<{width}}  median s   min s   max s   ratio"]
    for name, each in seconds.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(each, seconds[base], strict=True))
        rows.append(f"{name:<{width}}  {statistics.median(each):8.2f} {min(each):7.2f} {max(each):7.2f} {ratio:7.2f}")
    return "\n".join(rows)
