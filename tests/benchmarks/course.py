"""Autograding with our preprocessors against stock ones: `python -m tests.benchmarks.course [SUBMISSIONS] [ROUNDS]`.

The same notebooks of twelve exercises, whose test cells import torch in the student's kernel, by the same command. Each
is timed with one submission and with SUBMISSIONS; a submission's seconds are the difference, shared among the others,
so that what a command costs once doesn't count. The bar is 8.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from grader import catalog
from grader.authoring.chapter_notebook import notebook
from tests.course.courses import ASSIGNMENT, Course
from tests.course.notebooks import ROOT
from tests.course.test_stock_attacks import STOCK

EXERCISES = 12


def source() -> Any:
    """The notebook of the first twelve exercises."""
    exercises = [catalog.get(name) for name in list(catalog.names())[:EXERCISES]]
    solutions = {each.name: (ROOT / "solutions" / f"{each.module}.py").read_text() for each in exercises}
    return nbformat.reads(notebook("Chapter 1: Gates", exercises, solutions, []), as_version=4)


def seconds(course: Course, students: list[str]) -> float:
    """Wall seconds to autograde the submissions of some students, in one process."""
    shutil.rmtree(course.folder / "submitted", ignore_errors=True)
    for student in students:
        course.submit(student, source())
    began = time.perf_counter()
    course.run("autograde", ASSIGNMENT, "--force")
    return time.perf_counter() - began


def main(submissions: int = 16, rounds: int = 3) -> None:
    """Prints the seconds of one submission with each, round by round, and the ratio."""
    students = [f"student{number}" for number in range(submissions)]
    with tempfile.TemporaryDirectory() as folder:
        courses = {
            "stock": Course.make(Path(folder) / "stock", source(), STOCK),
            "ours": Course.make(Path(folder) / "ours", source()),
        }
        for course in courses.values():
            course.run("generate_assignment", ASSIGNMENT)
        ratios = []
        print(f"{'':<8}{'one':>8}{f'all {submissions}':>8}{'each':>8}   seconds")
        for _ in range(rounds):
            each = {}
            for name, course in courses.items():
                one, every = seconds(course, students[:1]), seconds(course, students)
                each[name] = (every - one) / (submissions - 1)
                print(f"{name:<8}{one:>8.2f}{every:>8.2f}{each[name]:>8.3f}")
            ratios.append(each["stock"] / each["ours"])
        scores = {name: sorted(score for score, _ in course.marks().values()) for name, course in courses.items()}
        assert scores["stock"] == scores["ours"], scores
    print(f"a submission is graded {statistics.median(ratios):.1f} times as fast (median of {rounds} rounds)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
