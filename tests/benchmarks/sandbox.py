"""What confinement costs, and how many submissions are run a second: `python -m tests.benchmarks.sandbox [ROUNDS]`.

Bars: full confinement takes at most 1.2 times as long as the same fork server with limits alone; on two workers it runs
at least 8 times as many submissions of one exercise a second as fresh interpreters, one for each. Two kinds of these
stand beside it: the sandbox's own at the level "process", which does the same work, and a bare one, which only imports
NumPy and calls the functions. The contestants take turns within each round.
"""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from grader import catalog
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job
from tests.benchmarks.timing import ROOT

WORKERS = 2

EXERCISE = "relu"

IN_TURN = 40
"""Submissions in each round and worker, of a fork server; a fresh interpreter runs a tenth of them."""

FRESH = """
import pickle, sys
import numpy as np

with open(sys.argv[1], "rb") as file:
    source, trials = pickle.load(file)
names = {}
exec(compile(source, "submission.py", "exec"), names)
for x, dout in trials:
    out, cache = names["relu_forward"](x)
    names["relu_backward"](dout, cache)
"""

Worker = Callable[[], object]
"""Runs one submission."""


def main(rounds: int = 9) -> None:
    """Prints the table."""
    bench = Bench(catalog.get(EXERCISE))
    source = (ROOT / "solutions" / f"{bench.exercise.module}.py").read_bytes()
    job = bench.job(source)
    with ExitStack() as stack:
        full, limits, process = (
            [stack.enter_context(Sandbox(level)) for _ in range(WORKERS)] for level in ("full", "limits", "process")
        )
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        contestants = {
            "fork server, full confinement": [_running(sandbox, job) for sandbox in full],
            "fork server, limits alone": [_running(sandbox, job) for sandbox in limits],
            "full confinement, and judged": [_judging(bench, sandbox, job) for sandbox in full],
            "an interpreter for each, the same work": [_running(sandbox, job) for sandbox in process],
            "an interpreter for each, bare": [_fresh(Path(folder), job)] * WORKERS,
        }
        rates = _in_turn(contestants, rounds)
    print(f"submissions of {EXERCISE} a second on {WORKERS} workers, medians of {rounds} rounds\n")
    print(_table(rates))
    print(f"\nfull confinement takes {_ratio(rates, 1, 0):.2f} × as long as limits alone (bar 1.2)")
    print(f"and runs {_ratio(rates, 0, 3):.1f} × as many submissions as interpreters that do the same work,")
    print(f"{_ratio(rates, 0, 4):.1f} × as many as bare ones (bar 8)")


def _running(sandbox: Sandbox, job: Job) -> Worker:
    return lambda: sandbox.run(job)


def _judging(bench: Bench, sandbox: Sandbox, job: Job) -> Worker:
    return lambda: judgement(bench, "", sandbox.run(job)).result


def _fresh(folder: Path, job: Job) -> Worker:
    trials = folder / "trials"
    trials.write_bytes(pickle.dumps((job.source, [(trial.inputs["x"], trial.dout) for trial in job.trials])))
    command = [sys.executable, "-c", FRESH, str(trials)]
    environment = {"OPENBLAS_NUM_THREADS": "1"}
    return lambda: subprocess.run(command, env=environment, check=True)


def _in_turn(contestants: Mapping[str, Sequence[Worker]], rounds: int) -> dict[str, list[float]]:
    """Submissions a second of each contestant in each round, after one that isn't counted."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    with ThreadPoolExecutor(WORKERS) as pool:
        for number in range(rounds + 1):
            for name, workers in contestants.items():
                count = IN_TURN // 10 if "interpreter" in name else IN_TURN
                began = time.perf_counter()
                list(pool.map(lambda worker, count=count: [worker() for _ in range(count)], workers))
                if number:
                    rates[name].append(WORKERS * count / (time.perf_counter() - began))
    return rates


def _table(rates: Mapping[str, Sequence[float]]) -> str:
    width = max(map(len, rates))
    rows = [f"{'':<{width}}  median/s   min/s   max/s   ms each"]
    for name, each in rates.items():
        median = statistics.median(each)
        rows.append(f"{name:<{width}}  {median:8.1f} {min(each):7.1f} {max(each):7.1f} {1000 * WORKERS / median:9.1f}")
    return "\n".join(rows)


def _ratio(rates: Mapping[str, Sequence[float]], one: int, other: int) -> float:
    """The median of the ratios of two contestants' rates, round by round."""
    names = list(rates)
    return statistics.median(mine / theirs for mine, theirs in zip(rates[names[one]], rates[names[other]], strict=True))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
