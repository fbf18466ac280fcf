"""The burdens that are notebooks: see burdens.py."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.attacks.burdens import Build, Burden
from tests.course import notebooks
from tests.course.courses import ASSIGNMENT


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


def sparse(count: int, size: int) -> Build:
    """The solved notebook beside files that are holes."""

    def build(folder: Path) -> None:
        notebook()(folder)
        for number in range(count):
            with (folder / f"hole-{number}").open("wb") as file:
                file.truncate(size)

    return build


def crowd(folder: Path) -> None:
    """The solved notebook in a crowd of files, and of folders in them."""
    notebook()(folder)
    for number in range(1_500):
        (folder / f"d{number:04}").mkdir()
        (folder / f"f{number:04}").touch()


def zone(folder: Path) -> None:
    """The solved notebook with a timestamp whose time zone is a file of its own: a table of half a gigabyte."""
    notebook()(folder)
    table = folder / "zone"
    with table.open("wb") as file:
        file.write(b"TZif".ljust(20, b"\0") + struct.pack(">6l", 0, 0, 0, 100_000_000, 1, 4))
        file.truncate(1 << 29)
    (folder / "timestamp.txt").write_text(f"2030-01-31 17:59:00 {table}")


NOTEBOOKS = (
    Burden(
        "time",
        "marks",
        "A comment of combining marks, a mebibyte.",
        late(lambda: notebook("# e" + "\u0301\u0323" * 250_000)),
        earns=2,
    ),
    Burden(
        "memory",
        "parsed",
        "A missing function beside code that takes a thousand times its size to parse.",
        late(lambda: notebook("def other(): 0", code("[" + "0 and a.a, " * 90_000 + "]"))),
        seconds=30,
    ),
    Burden(
        "memory",
        "too-much-code",
        "More code than a file may have.",
        late(lambda: notebook("", code("a\n" * 3_000_000))),
    ),
    Burden(
        "memory", "breaks", "A cell of nothing but line breaks.", late(lambda: notebook("", text("\n" * 5_000_000)))
    ),
    Burden(
        "memory",
        "most-breaks",
        "A cell of as many line breaks as there may be.",
        late(lambda: notebook("", code("\n" * 99_000))),
        earns=2,
    ),
    Burden(
        "memory",
        "lists",
        "Millions of empty lists in the metadata.",
        late(lambda: notebook(metadata={"x": [[]] * 2_500_000})),
    ),
    Burden(
        "memory",
        "objects",
        "As many objects in the metadata as there may be.",
        late(lambda: notebook(metadata={"x": [{"": 0}] * 320_000})),
        earns=2,
    ),
    Burden(
        "memory",
        "texts",
        "As many texts in the metadata as there may be.",
        late(lambda: notebook(metadata={"x": ["ab"] * 490_000})),
        earns=2,
    ),
    Burden(
        "memory",
        "wide",
        "A text with one character that makes all of them four bytes wide.",
        late(lambda: notebook("", text("\U0001f600" + "a" * 9_900_000))),
        earns=2,
    ),
    Burden(
        "time",
        "format",
        "A format whose number is a book.",
        late(lambda: raw(json.dumps({"nbformat": "\u0301" * 1_500_000, "cells": []}))),
    ),
    Burden(
        "memory",
        "heading",
        "A heading two thousand million levels deep, in an older format.",
        late(lambda: older({"cell_type": "heading", "level": 2_000_000_000, "source": "x"})),
    ),
    Burden(
        "time",
        "older",
        "A hundred thousand cells in an older format.",
        late(lambda: older(*[{"cell_type": "markdown", "source": ""}] * 100_000)),
    ),
    Burden(
        "time",
        "picture",
        "A picture that is none, of ten mebibytes.",
        late(lambda: notebook("", attached("AAAA" * 2_400_000))),
        earns=2,
    ),
    Burden(
        "time",
        "names",
        "Metadata with a hundred thousand names.",
        late(lambda: notebook("", named({f"n{number}": 0 for number in range(100_000)}))),
        earns=2,
    ),
    Burden(
        "time",
        "cells",
        "A thousand cells that raise, and a function that is missing.",
        late(lambda: notebook("def other(): 0", *[code("relu_backward = 1 / 0")] * 900)),
        seconds=30,
    ),
    Burden(
        "memory",
        "zone",
        "A timestamp whose time zone is a file of half a gigabyte, beside the notebook.",
        zone,
        earns=2,
    ),
    Burden(
        "disk",
        "holes",
        "Eight files of 90 MB beside the notebook, all of them holes.",
        sparse(8, 90 * 10**6),
        earns=2,
        disk=110,
    ),
    Burden("disk", "hole", "A file of 100 GB beside the notebook, all of it a hole.", sparse(1, 100 * 10**9), earns=2),
    Burden("disk", "crowd", "Three thousand files and folders beside the notebook.", crowd, earns=2),
)
"""Those that `grader autograde` is given, in one run."""
