"""What explanations cost a class: `python -m tests.benchmarks.explanations [STUDENTS [ROUNDS]]`.

A wrong submission whose mistake nobody knows is run once more, and its formula looked up. The same class, with known
mistakes and with unknown ones, is judged with that and without, a submission in turn, by CPU time: that of the judge,
of its fork servers and of what they have forked. The bar: at most 10 % of the rate.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader import catalog
from grader.classes.benches import Portable
from grader.classes.files import file_judge
from grader.classes.files.file_judge import ChangedFile, ChangedFiles, FileJudge, FilesSetup
from grader.judging.bench import Bench
from grader.judging.judgement import again
from tests.benchmarks.classes import Handed, in_the_dark, students

EXERCISES = [each for each in map(catalog.get, catalog.names()) if each.chapter not in ("deep", "capstones")]

KEPT: list[tuple[FileJudge, FileJudge]] = []
"""All judges until the end: when the server of one goes away, so does the time that it has taken."""


def main(count: int = 200, rounds: int = 3) -> None:
    """Prints a table for each kind of mistakes."""
    setup = FilesSetup(tuple(Portable.of(Bench(each)) for each in EXERCISES), "full")
    every: Sequence[tuple[str, Iterable[Handed]]] = (
        ("known mistakes", students(count, EXERCISES, loops=False)),
        ("mistakes that nobody knows", in_the_dark(count, EXERCISES)),
    )
    for name, handed in every:
        items = [changed(each) for each in handed]
        print(f"{name + ', CPU ms a file':<45}     with   without   rate")
        for _ in range(rounds):
            with_them, without = in_turn(setup, items)
            print(f"{'':<45} {with_them:8.2f}  {without:8.2f}   {without / with_them:.3f}")


def changed(handed: Handed) -> ChangedFiles:
    """What a worker gets of a student."""
    return ChangedFiles(
        handed.student, tuple(ChangedFile(name, each, "") for name, each in handed.sources.items() if each)
    )


def in_turn(setup: FilesSetup, items: Sequence[ChangedFiles]) -> tuple[float, float]:
    """CPU milliseconds of a file with explanations and without, by workers that have just begun."""
    seconds = [0.0, 0.0]
    judges = FileJudge(setup), FileJudge(setup)
    KEPT.append(judges)
    ways = again, lambda *_: None
    for number, item in enumerate(items):
        for place in (0, 1) if number % 2 else (1, 0):
            vars(file_judge)["again"] = ways[place]
            before = spent()
            judges[place](item)
            seconds[place] += spent() - before
    vars(file_judge)["again"] = again
    files = sum(len(each.files) for each in items)
    return 1000 * seconds[0] / files, 1000 * seconds[1] / files


def spent() -> float:
    """The CPU seconds of this process, of its fork servers, and of what has ended in them."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return time.process_time() + sum(map(spent_by, map(int, children)))


def spent_by(pid: int) -> float:
    """The CPU seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
