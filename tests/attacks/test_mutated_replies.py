"""Thousands of replies that are nearly right: nothing is raised, and each has its record."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from grader.graph.exhibits import failing_graph
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judgement
from grader.judging.telling import for_students
from grader.reference.sheet import Sheet
from grader.report.notebook_graph import graph_html
from grader.report.terminal import plain, verdict
from grader.sandbox.host.outcome import Remains, conclude
from grader.sandbox.wire.messages import END, START, encode_loaded, encode_reply
from grader.sandbox.wire.records import Plain, Reply, Run, StudentError, Unsupported
from tests import submissions
from tests.conftest import bench
from tests.sandbox.test_wire_fuzz import damaged

REPLIES = 2_000
"""Mutated ones, of all exercises together; a run has a few."""

EXERCISES = ("relu", "affine", "branch_merge", "two_updates")

ODD: tuple[Plain, ...] = (
    *map(np.array, (math.nan, math.inf, -1e308, 5e-324, True, 0)),
    *(np.array(each, dtype) for each, dtype in ((-128, "i1"), (-(1 << 63), "i8"), ((1 << 64) - 1, "u8"), (6e4, "f2"))),
    *map(np.zeros, ((), (0,), (0, 3), (3, 0), (1, 1, 1), (2, 3), (1,) * 16, (40, 50))),
    *(Unsupported(each) for each in ("None", "a str", "something else", "")),
    *([], (), {}, {"": np.zeros(2)}, {"dx": {}}, [np.zeros(2), [np.zeros(2)]], ([],) * 5, [[[[[[[[]]]]]]]]),
)

TEXTS = ("", "x" * 200, "\u0301" * 200, "\u202e\x1b[2J\r\n", "9" * 200, "x = 1", "\U0001f600", "relu passed 2/2")

KINDS: Any = ("raised", "returned", "missing", "not-written", "finite-differences")


def altered(rng: random.Random, tree: Plain) -> Plain:
    """A tree in one place of which something else stands, or nothing."""
    if isinstance(tree, dict) and tree and rng.random() < 0.8:
        name = rng.choice(list(tree))
        kept = {each: value for each, value in tree.items() if each != name}
        return (
            {**kept, rng.choice([name, name, name, "d" + name]): altered(rng, tree[name])}
            if rng.random() < 0.8
            else kept
        )
    if isinstance(tree, list | tuple) and tree and rng.random() < 0.7:
        parts = list(tree)
        parts[rng.randrange(len(parts))] = altered(rng, rng.choice(parts))
        return rng.choice([list, tuple])(parts[rng.randrange(4) == 0 :])
    if isinstance(tree, np.ndarray) and rng.random() < 0.7:
        return altered_array(rng, tree)
    return rng.choice(ODD)


def altered_array(rng: random.Random, array: Any) -> Any:
    with np.errstate(all="ignore"):
        return rng.choice(CHANGES)(array)


CHANGES: tuple[Callable[[Any], Any], ...] = (
    lambda array: -array if array.dtype != bool else array,
    lambda array: array.T,
    lambda array: array[None],
    lambda array: array.ravel(),
    lambda array: array.astype("f4"),
    lambda array: array.astype("i1"),
    lambda array: array * np.nan,
    lambda array: array * 1e300 * 1e300,
    lambda array: array.tolist() if array.ndim == 0 else list(array),
    lambda array: np.zeros_like(array),
    lambda array: array.sum(),
    lambda array: np.repeat(array, 2),
)


def odd_error(rng: random.Random) -> StudentError:
    kind, stage, text = (
        rng.choice(KINDS),
        rng.choice(["load", "relu_forward", "relu_backward", *TEXTS]),
        rng.choice(TEXTS),
    )
    return StudentError(
        kind, stage[:200], rng.choice(TEXTS), text, rng.choice([0, 1, (1 << 31) - 1]), rng.choice(TEXTS)
    )


def mutated(rng: random.Random, replies: tuple[Reply, ...]) -> bytes:
    """The stream of replies all of which were altered, and some of whose bytes, too."""
    made = [replace(each, results=as_dict(altered(rng, dict(each.results)))) for each in replies]
    for place, each in enumerate(made):
        if rng.random() < 0.05:
            made[place] = replace(each, error=odd_error(rng), printed=rng.choice(TEXTS))
    stream = b"".join([START, encode_loaded(0), *(encode_reply(each, 0) for each in made), END])
    return damaged(rng, stream) if rng.random() < 0.2 else stream


def as_dict(tree: Plain) -> dict[str, Plain]:
    return tree if isinstance(tree, dict) else {"gradients": tree}


@cache
def few(name: str) -> tuple[Bench, tuple[Reply, ...]]:
    """An exercise on a few of its cases, and the answers of a submission with a known mistake."""
    whole = bench(name)
    made = whole.of(Sheet(whole.exercise, whole.cases[:2]))
    run = submissions.answered(made, whole.exercise.bank[0])
    return made, tuple(reply for reply in run.replies if reply)


def judged(rng: random.Random, name: str) -> Judgement:
    made, replies = few(name)
    job = made.job(b"")
    run = conclude(job, Remains(mutated(rng, replies), b"", 0))

    def again() -> Run:
        fresh = made.job(b"", fresh=True)
        return conclude(fresh, Remains(mutated(rng, tuple(rng.choices(replies, k=len(fresh.trials)))), b"", 0))

    # To look for a formula takes longer than all the rest.
    return judgement(made, made.exercise.file, run, again if rng.random() < 0.05 else None)


@pytest.mark.parametrize("name", EXERCISES)
def test_mutated_replies_have_a_verdict_each(name: str) -> None:
    rng = random.Random(f"replies of {name}")
    for _ in range(0, REPLIES // len(EXERCISES), len(few(name)[1])):
        made = judged(rng, name)
        result = made.result
        if rng.random() < 0.01:
            graph_html(failing_graph(few(name)[0], made))
        record = json.loads(json.dumps(result.to_json(), allow_nan=False))
        assert 0 <= record["points"] <= record["max_points"]
        for told in (result, for_students(result, "facts")):
            shown = plain(verdict(told))
            assert len(shown) < 10_000
            shown.encode()
