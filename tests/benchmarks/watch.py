"""From saving a file to its verdict on the screen: `python -m tests.benchmarks.watch [ROUNDS]`.

The bars are 60 ms in the median, of which 15 are the quiet after which a change counts as whole, and half a second from
the start of `grader watch` to its first verdict. Before all that PyTorch is asked, once, for the answers that are kept.
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

SAVE, START = "save, until its verdict is on the screen", "start, until the first verdict is"
RUN = "pytest grader -k relu"

MOST_SECONDS, MOST_TO_START = 0.06, 0.5


def main(rounds: int = 20) -> None:
    """Prints the table, and exits with 1 if a bar is missed."""
    seconds: dict[str, list[float]] = {SAVE: [], START: [], RUN: []}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        student = hand_out(Path(folder))
        write(student, "relu", backward("relu", "return 0 * dout"))
        run()
        with Terminal(student, "-m", "grader", "watch", "relu", new=True) as terminal:
            terminal.until("dx[0] = 0, PyTorch says 4")
            terminal.settle(3)
            for number in range(2, rounds + 2):
                source = backward("relu", f"return {number} * dout")
                began = time.perf_counter()
                write(student, "relu", source)
                terminal.until(f"dx[0] = {4 * number}, PyTorch says 4")
                seconds[SAVE].append(time.perf_counter() - began)
                seconds[START].append(start(student, f"dx[0] = {4 * number}, PyTorch says 4"))
                seconds[RUN].append(run())
    print(table(seconds, RUN))
    save, first = (statistics.median(seconds[name]) for name in (SAVE, START))
    print(f"{save * 1000:.0f} ms (bar {MOST_SECONDS * 1000:.0f}), {first:.2f} s to the first (bar {MOST_TO_START})")
    sys.exit(save >= MOST_SECONDS or first >= MOST_TO_START)


def start(student: Path, fact: str) -> float:
    """Wall seconds from the start of `grader watch` to its first verdict."""
    began = time.perf_counter()
    with Terminal(student, "-m", "grader", "watch", "relu", new=True) as terminal:
        terminal.until(fact)
        return time.perf_counter() - began


def run() -> float:
    """Wall seconds of a run from nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "grader", "-k", "relu", "--submission", "solutions"]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
