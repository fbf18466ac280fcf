"""Classes of every size: `python -m tests.benchmarks.class_scale [TABLE…]`, or all tables, which takes an hour.

notebooks   `grader autograde` against stock `nbgrader autograde`: at least 100 times as many submissions a second
files       `grader grade` of chapters 1 to 4, a fork for each file: at least 20 submissions a second on two workers,
            and at least 10 times as many as with a fresh interpreter for each
profile     where the time of one file goes
size        10,000 submissions: rate and memory within 10 % of 200's
workers     two workers against one: at least 1.7 times; a Dask cluster of two against two workers: at least 0.95 times
kills       a run of 300 that is killed at twenty random moments, and resumed: the same bytes

The class is synthetic, and the same every time: tests/benchmarks/classes.py has its proportions. Rates leave out what a
command costs once: they are the further submissions of a long run over the further seconds that it takes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from grader import catalog
from grader.authoring.chapter_notebook import notebook
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.sandbox.host.worker import Sandbox
from tests.benchmarks.classes import as_files, as_notebooks
from tests.benchmarks.timing import ROOT
from tests.classes.classes import dask_cluster
from tests.course.courses import ASSIGNMENT, Course
from tests.course.test_autograde import rows
from tests.course.test_stock_attacks import STOCK
from tests.submissions import solution

EVERY = [catalog.get(name) for name in catalog.names()]
FIRST_FOUR = [each for each in EVERY if each.chapter not in ("deep", "capstones")]
FIRST = [each for each in EVERY if each.chapter == "gates"]
TWELVE = EVERY[:12]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Took:
    """What a command took: wall seconds, and the most memory of one of its processes, in MB."""

    seconds: float
    peak: float


def took(command: Sequence[str], cwd: Path) -> Took:
    """Runs a command to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Took(time.perf_counter() - began, usage.ru_maxrss / 1024)


def grading(folder: Path, out: Path, exercises: Sequence[Exercise], *options: str) -> list[str]:
    """The command that grades a class of .py submissions."""
    chosen: list[str] = [word for each in exercises for word in ("-k", each.name)]
    command = [sys.executable, "-m", "grader", "grade", folder, "--json", out, "--seed", "31415926535"]
    return [*map(str, command), *chosen, *options]


class Classes:
    """Classes of .py submissions in a folder, made when they are first needed."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def of(self, size: int, exercises: Sequence[Exercise], loops: bool = True) -> Path:
        """The folder of a class, with endless loops in it or without."""
        folder = self.home / f"{size} of {len(exercises)}{'' if loops else ' without loops'}"
        if not folder.exists():
            as_files(folder, size, exercises, loops)
        return folder

    def took(self, size: int, exercises: Sequence[Exercise], *options: str, loops: bool = True) -> Took:
        """A run that begins with nothing."""
        out = self.home / "marks.json"
        for each in self.home.glob("marks.json*"):
            each.unlink()
        return took(grading(self.of(size, exercises, loops), out, exercises, *options), ROOT)

    def rate(self, size: int, exercises: Sequence[Exercise], *options: str, loops: bool = True) -> tuple[float, Took]:
        """Submissions a second, without what a run of four costs, and what the long run took."""
        short, long = (self.took(count, exercises, *options, loops=loops) for count in (4, size))
        return (size - 4) / (long.seconds - short.seconds), long


def files(classes: Classes, rounds: int = 3) -> None:
    """Chapters 1 to 4, a fork for each file, beside a fresh interpreter for each."""
    print(f"{len(FIRST_FOUR)} exercises, {'two workers:':<26} submissions/s   exercises/s")
    ratios = []
    for _ in range(rounds):
        forked, _ = classes.rate(500, FIRST_FOUR, "--jobs", "2")
        fresh, _ = classes.rate(10, FIRST_FOUR, "--jobs", "2", "--isolation", "process")
        ratios.append(forked / fresh)
        for name, rate in (("forked, full isolation", forked), ("a fresh interpreter each", fresh)):
            print(f"{'':<14}{name:<26} {rate:13.2f} {rate * len(FIRST_FOUR):13.1f}")
    print(f"{statistics.median(ratios):.1f} times as many (bar 10; and 20 submissions a second)")


def profile(_: Classes, rounds: int = 20) -> None:
    """Milliseconds of one file, step by step, one after another on one worker; means over the exercises."""
    benches = [Bench(each) for each in FIRST_FOUR]
    steps: Mapping[str, Callable[[Sandbox, Bench], object]] = {
        "fork, confine, end": lambda box, bench: box.run(replace(bench.job(b""), trials=())),
        "… and load the file": lambda box, bench: box.run(replace(bench.job(solution(bench.exercise)), trials=())),
        "… and run the cases": lambda box, bench: box.run(bench.job(solution(bench.exercise))),
        "… and judge": lambda box, bench: judgement(bench, "", box.run(bench.job(solution(bench.exercise)))).result,
    }
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    with Sandbox("full") as sandbox:
        for number in range(rounds + 1):
            for name, step in steps.items():
                began = time.perf_counter()
                for bench in benches:
                    step(sandbox, bench)
                if number:
                    seconds[name].append(1000 * (time.perf_counter() - began) / len(benches))
    before = 0.0
    print(f"{'one file':<22}  ms in all   ms more")
    for name, each in seconds.items():
        here = statistics.median(each)
        print(f"{name:<22} {here:10.2f} {here - before:9.2f}")
        before = here


def size(classes: Classes) -> None:
    """Ten thousand submissions of chapter 1 beside two hundred, without endless loops.

    A loop costs its five seconds in a class of any size, and two hundred can't have as many in a thousand as ten
    thousand have.
    """
    print(f"{'submissions':<12} submissions/s   peak MB")
    found: dict[int, list[tuple[float, float]]] = {200: [], 1_000: [], 10_000: []}
    for count in (200, 1_000, 10_000, 200, 200):
        rate, long = classes.rate(count, FIRST, loops=False)
        found[count].append((rate, long.peak))
        print(f"{count:<12} {rate:13.1f} {long.peak:9.0f}")
    few, many = ([statistics.median(each) for each in zip(*found[count], strict=True)] for count in (200, 10_000))
    print(f"10,000 against 200: rate {many[0] / few[0]:.2f}, memory {many[1] / few[1]:.2f} (bar: within 10 %)")


def workers(classes: Classes, rounds: int = 5) -> None:
    """One worker, two, and a Dask cluster of two."""
    print("chapters 1 to 4, submissions/s      one     two    Dask   two/one  Dask/two")
    found = []
    with dask_cluster() as (address, *_processes):
        for _ in range(rounds):
            one, _took = classes.rate(200, FIRST_FOUR, "--jobs", "1")
            two, _took = classes.rate(200, FIRST_FOUR, "--jobs", "2")
            dask, _took = classes.rate(200, FIRST_FOUR, "--dask", address)
            found.append((two / one, dask / two))
            print(f"{'':<30} {one:8.2f}{two:8.2f}{dask:8.2f}{two / one:10.2f}{dask / two:10.2f}")
    gain, clustered = (statistics.median(each) for each in zip(*found, strict=True))
    print(f"two workers {gain:.2f} times one (bar 1.7), Dask {clustered:.2f} times two (bar 0.95)")


def kills(classes: Classes, times: int = 20) -> None:
    """`kill -9` at a random moment, then the same command again, compared with a run that nobody disturbed."""
    rng = random.Random(9)
    out, csv = classes.home / "marks.json", classes.home / "marks.csv"
    options = ("--csv", str(csv))
    whole = classes.took(300, FIRST, *options)
    undisturbed = out.read_bytes() + csv.read_bytes()
    same = 0
    for _ in range(times):
        for each in classes.home.glob("marks.*"):
            each.unlink()
        command = grading(classes.of(300, FIRST), out, FIRST, *options)
        process = subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.5, whole.seconds))
        process.send_signal(signal.SIGKILL)
        process.wait()
        took(command, ROOT)
        same += out.read_bytes() + csv.read_bytes() == undisturbed
    print(
        f"300 submissions, {whole.seconds:.0f} s undisturbed; killed and resumed, {same} of {times} gave the same bytes"
    )


def notebooks(classes: Classes, rounds: int = 3, ours: int = 120, stocks: int = 6) -> None:
    """The same twelve exercises and the same students, graded by each; then their gradebooks, row by row."""
    solutions = {each.name: solution(each).decode() for each in TWELVE}
    source = nbformat.reads(notebook("Chapter 1: Gates", TWELVE, solutions, []), as_version=4)
    courses = {
        "stock": (Course.make(classes.home / "stock", source, STOCK), stocks),
        "ours": (Course.make(classes.home / "ours", source), ours),
    }
    print(f"{'':<8}{'submissions':>12}{'seconds':>9}{'ms each':>9}")
    ratios = []
    for course, count in courses.values():
        course.run("generate_assignment", ASSIGNMENT)
        released = course.folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        as_notebooks(course.folder / "submitted", ASSIGNMENT, released, count, TWELVE)
    for _ in range(rounds):
        each = {}
        for name, (course, count) in courses.items():
            short, long = graded(course, name, 1), graded(course, name, count)
            each[name] = (long - short) / (count - 1)
            print(f"{name:<8}{count:>12}{long:>9.1f}{1000 * each[name]:>9.1f}")
        ratios.append(each["stock"] / each["ours"])
    print(f"{statistics.median(ratios):.0f} times as many submissions a second (bar 100)")
    print(compared(courses["stock"][0], courses["ours"][0], stocks))


def graded(course: Course, name: str, count: int) -> float:
    """The seconds that it takes to grade one student, or all, none of whom was graded before."""
    shutil.rmtree(course.folder / "autograded", ignore_errors=True)
    for each in course.folder.glob("autograde.resume*"):
        each.unlink()
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            gradebook.remove_submission(ASSIGNMENT, submission.student.id)
    arguments = ["autograde", ASSIGNMENT, *(["--student=student00000"] if count == 1 else [])]
    began = time.perf_counter()
    if name == "stock":
        course.run(*arguments)
    else:
        took([sys.executable, "-m", "grader", *arguments], course.folder)
    return time.perf_counter() - began


def compared(stock: Course, ours: Course, count: int) -> str:
    """In how many rows of the grades of the students whom both have graded the two gradebooks differ."""
    wanted = [f"student{number:05}" for number in range(count)]
    found = [
        [row for row in rows(course)["grade"] if any(str(value) in wanted for value in row)] for course in (stock, ours)
    ]
    differing = len(set(found[0]) ^ set(found[1])) // 2
    return f"the grades of {count} students: {len(found[0])} rows, {differing} of them differ"


TABLES: Mapping[str, Callable[[Classes], None]] = {
    "notebooks": notebooks,
    "files": files,
    "profile": profile,
    "workers": workers,
    "kills": kills,
    "size": size,
}


def main(*names: str) -> None:
    """Prints the tables of these names."""
    with tempfile.TemporaryDirectory() as home:
        for name in names or TABLES:
            print(f"\n{name}")
            TABLES[name](Classes(Path(home)))


if __name__ == "__main__":
    main(*sys.argv[1:])
