"""What a student waits for, beside importing PyTorch: `python -m tests.benchmarks.whole_run [ROUNDS [BASE]]`.

Run it in a virtual environment that has what students install and nothing more: every other package's pytest plug-in is
loaded, too. `explore`, whose packages bring one, is left out where they are missing. All commands take turns. What is
kept from run to run is there, but for mistakes that are seen for the first time, and for the first run, which has an
empty cache each time. BASE is an older commit of the project, to whose commands the same ones are compared: `pytest
grader` on worked solutions, `report` and `explore`.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from grader import catalog
from grader.exercise import Exercise
from tests import submissions
from tests.benchmarks.diagnoses import formula_mistake
from tests.benchmarks.timing import ROOT

PYTHON = sys.executable
PYTEST = ("-m", "pytest", "grader", "-p", "no:cacheprovider")

BARS: Mapping[str, float] = {
    "pytest grader::relu": 0.32,
    "all solutions": 0.6,
    "all stubs": 0.45,
    "known mistakes": 0.75,
    "mistakes that formulas explain": 0.75,
    "first run": 1.3,
    "report": 1.0,
    "explore": 1.0,
}
"""The most that each may take: of importing torch, or of what the same command took at BASE."""

RELU = ("-m", "pytest", "grader::relu", "-p", "no:cacheprovider")

MOST_MEMORY = 70
"""MiB at most of the process that a student starts."""


@dataclass
class Desk:
    """A student's folder with a cache of its own; `code` is the checkout whose grader is run."""

    folder: Path
    code: Path = ROOT

    def __post_init__(self) -> None:
        self.exercises, self.cache = self.folder / "exercises", self.folder / "cache"
        for each in (self.folder, self.exercises, self.cache):
            each.mkdir(exist_ok=True)

    def write(self, exercise: Exercise, source: bytes) -> None:
        (self.exercises / exercise.file).write_bytes(source)

    @property
    def environment(self) -> dict[str, str]:
        # Python keeps what it has compiled unless it is told otherwise.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "XDG_CACHE_HOME": str(self.cache), "PYTHONPATH": str(self.code)}

    def run(self, *command: str) -> float:
        """The wall seconds that a command takes."""
        began = time.perf_counter()
        done = subprocess.run(
            [PYTHON, *command], cwd=self.folder, env=self.environment, capture_output=True, check=False
        )
        seconds = time.perf_counter() - began
        assert done.returncode in (0, 1), done.stderr
        return seconds

    def peak(self, *command: str) -> int:
        """The MiB that a command's process has at most."""
        # Linux counts what a process had before it became another one: this one has PyTorch.
        code = "import os, sys; _, _, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)"
        done = subprocess.run(
            [PYTHON, "-c", f"{code}; print(usage.ru_maxrss // 1024, file=sys.stderr)", PYTHON, *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stderr)

    def unseen(self, *command: str) -> float:
        """The same where nothing is known of which mistakes they are."""
        for path in self.cache.rglob("*.diagnoses"):
            path.unlink()
        return self.run(*command)

    def first(self, *command: str) -> float:
        """The same with an empty cache."""
        shutil.rmtree(self.cache)
        self.cache.mkdir()
        return self.run(*command)

    def explore(self) -> float:
        """The wall seconds from the start of `grader explore` until its page has every verdict."""
        began = time.perf_counter()
        command = [PYTHON, "-m", "grader", "explore", "--no-browser"]
        with subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            address = next(found[0] for line in run.stdout if (found := re.search(r"http://\S+", line)))
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            opener.open(address).read()
            with opener.open(f"{address.partition('/?')[0]}/events") as events:
                for line in events:
                    if line.startswith(b"event: page"):
                        break
            seconds = time.perf_counter() - began
            run.kill()
        return seconds


def main(rounds: str = "9", base: str = "") -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        solved = Desk(Path(folder) / "solved")
        contestants = _contestants(Path(folder), solved)
        theirs = dict.fromkeys(contestants, "import torch")
        for name, (ours, other) in (_beside(Path(folder), solved, base) if base else {}).items():
            older = f"{name} at {base}"
            contestants |= {older: other, name: ours}
            theirs |= dict.fromkeys((older, name), older)
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(int(rounds) + 1):
            for name, take in contestants.items():
                took = take()
                if number:
                    seconds[name].append(took)
        print(_table(seconds, theirs))
        print(f"\npeak memory of pytest grader::relu: {solved.peak(*RELU)} MiB (bar {MOST_MEMORY})")


def _contestants(folder: Path, solved: Desk) -> dict[str, Callable[[], float]]:
    """What is timed beside importing torch, by its name; fills the desk of worked solutions."""
    stubs, known, explained = (Desk(folder / name) for name in ("stubs", "known", "explained"))
    for exercise in catalog.every():
        solved.write(exercise, submissions.solution(exercise))
        stubs.write(exercise, submissions.stub(exercise))
        if exercise.is_pair:
            known.write(exercise, submissions.mistaken(exercise, exercise.bank[0]))
        if source := formula_mistake(exercise):
            explained.write(exercise, source)
    counts = [len([*desk.exercises.iterdir()]) for desk in (known, explained)]
    print(f"{counts[0]} known mistakes, {counts[1]} that formulas explain, one an exercise")
    return {
        "import torch": partial(stubs.run, "-c", "import torch"),
        "pytest grader::relu": partial(solved.run, *RELU),
        "all solutions": partial(solved.run, *PYTEST),
        "all stubs": partial(stubs.run, *PYTEST),
        "known mistakes": partial(known.run, *PYTEST, *_deselected(known)),
        "mistakes that formulas explain": partial(explained.run, *PYTEST, *_deselected(explained)),
        "… seen for the first time": partial(explained.unseen, *PYTEST, *_deselected(explained)),
    }


def _beside(folder: Path, solved: Desk, base: str) -> dict[str, tuple[Callable[[], float], Callable[[], float]]]:
    """What is timed beside the same command of an older commit, by its name."""
    first, older = Desk(folder / "first"), Desk(folder / "older", _checkout(folder / "base", base))
    for exercise in catalog.every():
        for desk in (first, older):
            desk.write(exercise, submissions.solution(exercise))
    report = ("-m", "grader", "report")
    made: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
        "first run": (partial(first.first, *PYTEST), partial(older.run, *PYTEST)),
        "report": (partial(solved.run, *report), partial(older.run, *report)),
    }
    if find_spec("uvicorn"):
        made["explore"] = solved.explore, older.explore
    return made


def _deselected(desk: Desk) -> list[str]:
    """The options that leave out the exercises of which a desk has no file."""
    files = {path.name for path in desk.exercises.iterdir()}
    return [f"--deselect=grader::{each.name}" for each in catalog.every() if each.file not in files]


def _checkout(folder: Path, commit: str) -> Path:
    folder.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x"], cwd=folder, input=packed, check=True)
    return folder


def _table(seconds: Mapping[str, list[float]], theirs: Mapping[str, str]) -> str:
    width = max(map(len, seconds))
    rows = [f"{'':<{width}}  median s   least   ratio    bar"]
    for name, each in seconds.items():
        ratio = statistics.median(mine / other for mine, other in zip(each, seconds[theirs[name]], strict=True))
        bar = f"{BARS[name]:7.2f}" if name in BARS else ""
        rows.append(f"{name:<{width}}  {statistics.median(each):8.3f} {min(each):7.3f} {ratio:7.3f}{bar}")
    return "\n".join(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
