"""Attacks on the grader's own process, outside the sandbox: what is handed in makes it work, or leads it astray.

A burden is a whole submission, as an attack on the sandbox is. All that a command is given is one run of it. To add
one, add a row to `FILES` or to `NOTEBOOKS`: a name, what it tries, what makes it, and the most that it may cost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from grader import catalog
from tests import submissions
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT

RELU = catalog.get("relu")

SOLUTION = submissions.solution(RELU).decode()

FILE = f"{RELU.module}.py"

Build = Callable[[Path], None]
"""Makes the submission in a folder that is empty."""


@dataclass(frozen=True)
class Burden:
    """One attack on the grader's process.

    `purpose` says what it tries. It may earn `earns` points, no more and no less; the run may take `seconds` longer for
    it, which is less than its own limit, and each of the grader's processes `megabytes` more.
    """

    name: str
    purpose: str
    build: Build
    earns: float = 0.0
    seconds: float = 10.0
    megabytes: float = 200.0


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
    Burden("marks", "A comment of combining marks, for a source that is normalised as a whole.", right(MARKS), earns=2),
    Burden(
        "breaks",
        "A mebibyte of line breaks, for what splits or searches a source.",
        file(SOLUTION + "\n" * 1_000_000),
        earns=2,
    ),
    Burden(
        "returns", "Half a mebibyte of carriage returns and form feeds.", file(SOLUTION + "\r\f" * 260_000), earns=2
    ),
    Burden("words", "A mebibyte of words, all of them different.", right(WORDS), earns=2),
    Burden(
        "seals",
        "A file that ends in thousands of seals of a stub.",
        file(SOLUTION + "# handgrad stub 0123456789ab\n" * 30_000),
        earns=2,
    ),
    Burden(
        "cookie",
        "Declarations of a coding that never end.",
        file(("#" + "coding: \t" * 50_000 + "\n") * 2 + SOLUTION),
    ),
    Burden("nested", "Brackets as deep as the file is long.", file("(" * 1_000_000)),
    Burden("nodes", "An answer of two thousand parts in every case.", returning("return [np.zeros(0)] * 1_900")),
    Burden("numbers", "An answer as large as there may be.", returning("return np.ones(225_000)")),
    Burden(
        "printed",
        "Marks and line breaks, printed and raised.",
        returning("print('e' + '\u0301' * 9_000 + '\\n' * 9_000); raise ValueError('\u0301' * 9_000)"),
    ),
    Burden(
        "digits",
        "An error whose message and a number whose digits don't end.",
        returning("raise ValueError(10 ** 4_000 * (1 + (dout.size > 99)))"),
    ),
    Burden("folders", "Two thousand folders beside the file, deep and wide.", folders, earns=2),
)
"""Those that `grader grade` is given, in one run."""


def source() -> Any:
    """The instructor's notebook: relu alone."""
    return notebooks.without("affine", "affine-check", "relu-own", "why")


def late(make: Callable[[], Build]) -> Build:
    """What is made when it is handed in, and not whenever this module is imported: it is large."""
    return lambda folder: make()(folder)


def raw(text: str) -> Build:
    """A submission of one notebook, be it none."""

    def build(folder: Path) -> None:
        (folder / f"{ASSIGNMENT}.ipynb").write_text(text, encoding="utf-8")

    return build


def notebook(relu: str = "", *cells: Any, **more: Any) -> Build:
    """A solved notebook with more cells, its solution followed by a text or replaced by one that has functions."""
    made = source()
    cell = notebooks.named(made, "relu")
    cell.source = relu if "def " in relu else f"{cell.source}\n{relu}"
    made.cells += cells
    return raw(json.dumps({**made, **more}, ensure_ascii=False))


def older(*cells: Any) -> Build:
    """A notebook of format 3."""
    return raw(json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}))


def text(source: str) -> Any:
    return new_markdown_cell(source, id="text")


def code(source: str) -> Any:
    return new_code_cell(source, id="code")


def attached(data: str) -> Any:
    cell = text("![x](attachment:x.png)")
    cell.attachments = {"x.png": {"image/png": data}}
    return cell


def named(metadata: Any) -> Any:
    cell = text("")
    cell.metadata["nbgrader"] = metadata
    return cell


NOTEBOOKS = (
    Burden(
        "marks",
        "A comment of combining marks, a mebibyte.",
        late(lambda: notebook("# e" + "\u0301\u0323" * 250_000)),
        earns=2,
    ),
    Burden(
        "parsed",
        "A missing function beside code that takes a thousand times its size to parse.",
        late(lambda: notebook("def other(): 0", code("[" + "0 and a.a, " * 90_000 + "]"))),
        seconds=30,
    ),
    Burden("too-much-code", "More code than a file may have.", late(lambda: notebook("", code("a\n" * 3_000_000)))),
    Burden("breaks", "A cell of nothing but line breaks.", late(lambda: notebook("", text("\n" * 5_000_000)))),
    Burden(
        "most-breaks",
        "A cell of as many line breaks as there may be.",
        late(lambda: notebook("", code("\n" * 99_000))),
        earns=2,
    ),
    Burden(
        "lists", "Millions of empty lists in the metadata.", late(lambda: notebook(metadata={"x": [[]] * 2_500_000}))
    ),
    Burden(
        "objects",
        "As many objects in the metadata as there may be.",
        late(lambda: notebook(metadata={"x": [{"": 0}] * 320_000})),
        earns=2,
    ),
    Burden(
        "texts",
        "As many texts in the metadata as there may be.",
        late(lambda: notebook(metadata={"x": ["ab"] * 490_000})),
        earns=2,
    ),
    Burden(
        "wide",
        "A text with one character that makes all of them four bytes wide.",
        late(lambda: notebook("", text("\U0001f600" + "a" * 9_900_000))),
        earns=2,
    ),
    Burden(
        "format",
        "A format whose number is a book.",
        late(lambda: raw(json.dumps({"nbformat": "\u0301" * 1_500_000, "cells": []}))),
    ),
    Burden(
        "heading",
        "A heading two thousand million levels deep, in an older format.",
        late(lambda: older({"cell_type": "heading", "level": 2_000_000_000, "source": "x"})),
    ),
    Burden(
        "older",
        "A hundred thousand cells in an older format.",
        late(lambda: older(*[{"cell_type": "markdown", "source": ""}] * 100_000)),
    ),
    Burden(
        "picture",
        "A picture that is none, of ten mebibytes.",
        late(lambda: notebook("", attached("AAAA" * 2_400_000))),
        earns=2,
    ),
    Burden(
        "names",
        "Metadata with a hundred thousand names.",
        late(lambda: notebook("", named({f"n{number}": 0 for number in range(100_000)}))),
        earns=2,
    ),
    Burden(
        "cells",
        "A thousand cells that raise, and a function that is missing.",
        late(lambda: notebook("def other(): 0", *[code("relu_backward = 1 / 0")] * 900)),
        seconds=30,
    ),
)
"""Those that `grader autograde` is given, in one run."""
