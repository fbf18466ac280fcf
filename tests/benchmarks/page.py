"""From opening the page of the whole catalogue to a step through a graph: `python -m tests.benchmarks.page [ROUNDS]`.

Each round opens the page anew in Chromium, unfolds 001's network, presses Reset and Step, and waits for the arithmetic.
The bars are 2 MB, and a second in the median.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import ROOT
from tests.course.browsing import browser

MOST_BYTES, MOST_SECONDS = 2_000_000, 1.0


def main(rounds: int = 10) -> None:
    """Prints size and times, and exits with 1 if a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        command = [sys.executable, "-m", "pytest", "grader", "--submission", "solutions", "--report", str(file)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        size = file.stat().st_size
        with browser(Path(folder, "profile")) as page:
            seconds = [stepped(page, file) for _ in range(rounds + 1)][1:]
    median = statistics.median(seconds)
    print(f"the whole catalogue's page: {size / 1e6:.2f} MB (bar {MOST_BYTES / 1e6:.0f})")
    print(
        f"from opening it to the first step's arithmetic, {rounds} rounds: {median:.2f} s"
        f" (least {min(seconds):.2f}, most {max(seconds):.2f}; bar {MOST_SECONDS:.0f})"
    )
    sys.exit(size >= MOST_BYTES or median >= MOST_SECONDS)


def stepped(page: Any, file: Path) -> float:
    """The seconds until the page has been opened and has answered three presses."""
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(file.as_uri(), wait_until="commit")
    exercise = page.locator("details#two_layer")
    exercise.locator("summary").first.click()
    for button in ("Reset", "Step"):
        exercise.get_by_role("button", name=button, exact=True).click()
    exercise.locator(".arithmetic .num").first.wait_for()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
