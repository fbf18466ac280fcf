"""Thousands of notebooks that are nearly right: nothing is raised, and each has its record."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any, cast

from tests.proof import needs

needs("nbgrader")

import nbformat

from grader.classes.notebooks.notebook_grading import GradedNotebook, Master, StudentNotebooks, _opened, grade
from grader.course.notebook_judge import NotebookJudge
from grader.course.restoring import Original
from grader.course.running import Limits
from grader.sandbox.host.outcome import Remains, by_step, conclude
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import NotebookJob, NotebookRun, reply_count
from grader.sandbox.wire.messages import END, START, encode_loaded, encode_reply
from grader.sandbox.wire.records import Reply, StudentError
from tests.conftest import bench
from tests.course.notebooks import without
from tests.sandbox.test_wire_fuzz import damaged

NOTEBOOKS = 4_000

LEAST_JUDGED = 100
"""So many of them, at least, differ in what is judged."""

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 3, 1e308, 10**30, "", "\ud800", "\u0301" * 50, "\x00\u2028\r", "x" * 1_000, "code", "raw"),
    *([], {}, [[[]]], [""], ["a", 1], {"a": {}}, {"nbgrader": []}, {"nbgrader": {"grade_id": "relu"}}),
    *({"image/png": "AA=="}, {"x.png": {"image/png": "AA=="}}, {"cell_type": "code", "metadata": {}, "source": "1"}),
)

NAMES = (
    "nbformat",
    "cells",
    "metadata",
    "source",
    "cell_type",
    "nbgrader",
    "grade_id",
    "worksheets",
    "attachments",
    "",
)


def altered(rng: random.Random, tree: Any) -> Any:
    """JSON in one place of which something else stands, or nothing, or the same twice."""
    if not tree or not isinstance(tree, dict | list) or rng.random() < 0.1:
        return rng.choice(ODD)
    if isinstance(tree, dict):
        name = rng.choice(list(tree))
        kept = {each: value for each, value in tree.items() if each != name}
        match rng.randrange(8):
            case 0:
                return kept
            case 1:
                return {**kept, rng.choice(NAMES): tree[name]}
            case _:
                return {**kept, name: altered(rng, tree[name])}
    place = rng.randrange(len(tree))
    match rng.randrange(8):
        case 0:
            return tree[:place] + tree[place + 1 :]
        case 1:
            return [*tree[: place + 1], *tree[place:]]
        case _:
            return [*tree[:place], altered(rng, tree[place]), *tree[place + 1 :]]


def mutated(rng: random.Random, made: Any) -> bytes:
    """A notebook that was altered in a few places, most of them in cells, and the bytes of some in addition."""
    for _ in range(rng.randint(1, 4)):
        if rng.random() < 0.1 or not isinstance(made, dict) or not isinstance(made.get("cells"), list):
            made = altered(rng, made)
        elif made["cells"]:
            place = rng.randrange(len(made["cells"]))
            cells = [*made["cells"]]
            cells[place] = altered(rng, cells[place])
            made = {**made, "cells": cells}
    content = json.dumps(made).encode()
    return damaged(rng, content) if rng.random() < 0.1 else content


class Replies:
    """Stands where the sandbox does: what a notebook's process brings back is drawn, and read as it always is."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def run_notebook(self, job: NotebookJob) -> NotebookRun:
        error = StudentError("missing", "relu_backward", "", "relu_backward", text="relu_back")
        replies = [encode_reply(Reply({}, self._rng.choice([None, error])), 0)] * reply_count(job)
        kept = replies[: self._rng.randint(0, len(replies))] if self._rng.random() < 0.9 else replies
        stream = b"".join([START, encode_loaded(0), *kept, END if len(kept) == len(replies) else b""])
        return by_step(job, conclude(job, Remains(stream, b"printed", 0)))


def source_of_relu() -> Any:
    """The instructor's notebook, without the other exercise, as JSON."""
    return json.loads(json.dumps(without("affine", "affine-check")))


def originals() -> Mapping[str, Original]:
    """The instructor's cells, as the gradebook has them."""
    cells = [cell for cell in source_of_relu()["cells"] if "nbgrader" in cell["metadata"]]
    marks = [cell["metadata"]["nbgrader"] for cell in cells]
    return {
        each["grade_id"]: Original(cell["cell_type"], cell["source"], {**each, "checksum": ""})
        for cell, each in zip(cells, marks, strict=True)
    }


def test_mutated_notebooks_have_their_marks_each() -> None:
    rng, made = random.Random("notebooks"), source_of_relu()
    master = Master(originals(), frozenset())
    graded = {name for name, each in master.originals.items() if each.marks["grade"]}
    judge = NotebookJudge(cast(Sandbox, Replies(random.Random("replies"))), {"relu": bench("relu")}, Limits(runs=1))
    read, judged = 0, set[str]()
    for _ in range(NOTEBOOKS):
        content = mutated(rng, made)
        opened, (problem, _) = _opened(content, master)
        kept = [cell.metadata.nbgrader.grade_id for cell in opened.cells if "nbgrader" in cell.metadata]
        assert sorted(kept) == sorted(master.originals)
        read += problem != "unreadable"
        # What is judged of two is the same: it is judged once.
        if (cells := repr(opened.cells)) in judged:
            continue
        judged.add(cells)
        found = grade({"x": master}, judge, StudentNotebooks("x", {"x": content})).notebooks["x"]
        assert isinstance(found, GradedNotebook)
        assert found.marks.scores.keys() == graded
        # It is a notebook again, which nbgrader and formgrader read.
        again = json.loads(found.text.encode())
        if len(judged) % 50 == 0:
            nbformat.validate(again)
    assert read > NOTEBOOKS / 4
    assert len(judged) > LEAST_JUDGED
