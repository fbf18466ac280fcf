"""Attacks on the grader's own process, outside the sandbox: what is handed in makes it work, or leads it astray.

A burden is a whole submission, as an attack on the sandbox is. All that a command is given is one run of it. To add
one, add a row to `FILES` here or to `NOTEBOOKS` in notebook_burdens.py: what it is after, a name, what it tries, what
makes it, and the most that it may cost. `python -m tests.attacks.table` writes them all into README.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader import catalog
from tests import submissions

RELU = catalog.get("relu")

SOLUTION = submissions.solution(RELU).decode()

FILE = f"{RELU.module}.py"

Kind = Literal["time", "memory", "disk", "odd answers"]

Build = Callable[[Path], None]
"""Makes the submission in a folder that is empty."""


@dataclass(frozen=True)
class Burden:
    """One attack on the grader's process.

    `kind` is what it is after, and `purpose` says what it tries. It may earn `earns` points, no more and no less; the
    run may take `seconds` longer for it, which is less than its own limit, and each of the grader's processes
    `megabytes` more; `disk` megabytes may be written for it.
    """

    kind: Kind
    name: str
    purpose: str
    build: Build
    earns: float = 0.0
    seconds: float = 10.0
    megabytes: float = 200.0
    disk: float = 20.0


def file(text: str) -> Build:
    """A submission of one file."""

    def build(folder: Path) -> None:
        (folder / FILE).write_text(text, encoding="utf-8", newline="")

    return build


def right(comment: str) -> Build:
    """The worked solution with a comment at its end."""
    return file(f"{SOLUTION}# {comment}\n")


def folders(folder: Path) -> None:
    """The worked solution in a thicket."""
    right("")(folder)
    deep = folder
    for number in range(40):
        deep = deep / f"inner-{number}"
        for name in range(50):
            (deep / f"{name}").mkdir(parents=True)


MARKS = "e" + "\u0301\u0323" * (250 << 10)
"""Almost a mebibyte of combining marks: to bring them in order takes time quadratic in their number."""

WORDS = "".join(f"{number:x} " for number in range(0xA0000, 0xA0000 + (140 << 10)))
"""A mebibyte of different words."""


def returning(value: str) -> Build:
    """A backward that returns something else."""
    return file(
        f"import numpy as np\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"
        f"def relu_backward(dout, cache):\n    {value}\n"
    )


FILES = (
    Burden(
        "time",
        "marks",
        "A comment of combining marks, for a source that is normalised as a whole.",
        right(MARKS),
        earns=2,
    ),
    Burden(
        "time",
        "breaks",
        "A mebibyte of line breaks, for what splits or searches a source.",
        file(SOLUTION + "\n" * 1_000_000),
        earns=2,
    ),
    Burden(
        "time",
        "returns",
        "Half a mebibyte of carriage returns and form feeds.",
        file(SOLUTION + "\r\f" * 260_000),
        earns=2,
    ),
    Burden("time", "words", "A mebibyte of words, all of them different.", right(WORDS), earns=2),
    Burden(
        "time",
        "seals",
        "A file that ends in thousands of seals of a stub.",
        file(SOLUTION + "# handgrad stub 0123456789ab\n" * 30_000),
        earns=2,
    ),
    Burden(
        "time",
        "cookie",
        "Declarations of a coding that never end.",
        file(("#" + "coding: \t" * 50_000 + "\n") * 2 + SOLUTION),
    ),
    Burden("memory", "nested", "Brackets as deep as the file is long.", file("(" * 1_000_000)),
    Burden(
        "odd answers",
        "nodes",
        "An answer of two thousand parts in every case.",
        returning("return [np.zeros(0)] * 1_900"),
    ),
    Burden("odd answers", "numbers", "An answer as large as there may be.", returning("return np.ones(225_000)")),
    Burden(
        "odd answers",
        "printed",
        "Marks and line breaks, printed and raised.",
        returning("print('e' + '\u0301' * 9_000 + '\\n' * 9_000); raise ValueError('\u0301' * 9_000)"),
    ),
    Burden(
        "odd answers",
        "digits",
        "An error whose message and a number whose digits don't end.",
        returning("raise ValueError(10 ** 4_000 * (1 + (dout.size > 99)))"),
    ),
    Burden("disk", "folders", "Two thousand folders beside the file, deep and wide.", folders, earns=2),
)
"""Those that `grader grade` is given, in one run."""
