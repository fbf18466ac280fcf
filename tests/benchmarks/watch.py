"""From saving a file to its verdict on the screen, beside a cold run: `python -m tests.benchmarks.watch [ROUNDS]`.

The bars are 0.15 s in the median, and a tenth of `pytest grader -k relu` in the same round. Most of what it takes
is the 50 to 100 ms of quiet after which a change counts as whole. Measured on two cores: 95 ms, 0.07 of a cold run.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.timing import ROOT, table
from tests.faces.running import hand_out, write
from tests.faces.terminal import Terminal
from tests.judge.written import backward

SAVE, COLD = "save, until its verdict is on the screen", "pytest grader -k relu, cold"

MOST_SECONDS, MOST_OF_COLD = 0.15, 0.1


def main(rounds: int = 20) -> None:
    """Prints the table, and exits with 1 if a bar is missed."""
    seconds: dict[str, list[float]] = {SAVE: [], COLD: []}
    with tempfile.TemporaryDirectory() as folder:
        student = hand_out(Path(folder))
        write(student, "relu", backward("relu", "return 0 * dout"))
        with Terminal(student, "-m", "grader", "watch", "relu", new=True) as terminal:
            terminal.until("dx[0] = 0, PyTorch says 4")
            terminal.settle(3)
            for number in range(2, rounds + 2):
                source = backward("relu", f"return {number} * dout")
                began = time.perf_counter()
                write(student, "relu", source)
                terminal.until(f"dx[0] = {4 * number}, PyTorch says 4")
                seconds[SAVE].append(time.perf_counter() - began)
                seconds[COLD].append(cold())
    print(table(seconds, COLD))
    save = statistics.median(seconds[SAVE])
    ratio = statistics.median(mine / theirs for mine, theirs in zip(*seconds.values(), strict=True))
    print(f"{save * 1000:.0f} ms (bar {MOST_SECONDS * 1000:.0f}), {ratio:.3f} of a cold run (bar {MOST_OF_COLD})")
    sys.exit(save >= MOST_SECONDS or ratio >= MOST_OF_COLD)


def cold() -> float:
    """Wall seconds of a run from nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "grader", "-k", "relu", "--submission", "solutions"]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
