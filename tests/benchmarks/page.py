"""The page of the whole catalogue on a slow machine: `python -m tests.benchmarks.page [ROUNDS]`.

Each round opens the page anew in Chromium, with a processor slowed fourfold, and waits until it is drawn; then, slowed
sixfold, it steps once to and fro through 001's network. The stubs' page asks before each step, and has the most to say.
The bars are 1 MB, a second to open it, and 50 ms for a step, each in the median.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import ROOT
from tests.course.browsing import browser

MOST_BYTES, MOST_SECONDS, MOST_STEP = 1_000_000, 1.0, 0.05
SLOWED_TO_OPEN, SLOWED_TO_STEP = 4, 6

STEP = """() => new Promise((done) => {
  const { stepper } = document.querySelector("#two_layer figure.graph");
  stepper.go(0);
  const began = performance.now();
  stepper.step(1);
  document.body.getBoundingClientRect();
  done((performance.now() - began) / 1000);
})"""


def main(rounds: int = 10) -> None:
    """Prints sizes and times, and exits with 1 if a bar is missed."""
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder, "profile")) as page:
        missed = [_measured(page, Path(folder), kind, rounds) for kind in ("solutions", "exercises")]
    sys.exit(any(missed))


def _measured(page: Any, folder: Path, kind: str, rounds: int) -> bool:
    """Whether the page of a folder of this checkout misses a bar."""
    file = folder / f"{kind}.html"
    command = [sys.executable, "-m", "grader", "report", "--submission", kind, str(file)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    size = file.stat().st_size
    times = [_opened(page, file) for _ in range(rounds + 1)][1:]
    opened, stepped = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"{kind}: {size / 1e6:.2f} MB (bar {MOST_BYTES / 1e6:.0f}), {rounds} rounds")
    print(f"  drawn after {opened:.2f} s, slowed {SLOWED_TO_OPEN}-fold (bar {MOST_SECONDS:.0f})")
    print(f"  a step in {1000 * stepped:.0f} ms, slowed {SLOWED_TO_STEP}-fold (bar {1000 * MOST_STEP:.0f})")
    return size >= MOST_BYTES or opened >= MOST_SECONDS or stepped >= MOST_STEP


def _opened(page: Any, file: Path) -> tuple[float, float]:
    """The seconds from opening the page to its first frame, and those of a step."""
    slow = page.context.new_cdp_session(page)
    page.goto("about:blank")
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED_TO_OPEN})
    page.goto(f"{file.as_uri()}#two_layer")
    page.locator("#two_layer .arithmetic").wait_for()
    opened = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED_TO_STEP})
    stepped = statistics.median(page.evaluate(STEP) for _ in range(5))
    slow.detach()
    return float(opened), stepped


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
