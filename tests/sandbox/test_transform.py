"""A cell is read as IPython reads it, whether IPython is asked or needn't be."""

from __future__ import annotations

import json
import random

import pytest

from grader.sandbox.notebook import transform
from grader.sandbox.notebook.transform import as_python, transformer
from tests.conftest import ROOT
from tests.proof import needs

PIECES = (
    *(
        "x",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "=",
        "!=",
        "!",
        "%",
        "%%",
        "?",
        "??",
        "/",
        ",",
        ";",
        "...",
        ">>> ",
        "In [1]: ",
    ),
    *(
        "'''",
        '"',
        "(",
        ")",
        "#",
        ":",
        "\\\n",
        "\f",
        "\r\n",
        "a = 1",
        "y = x % 2",
        "a = !ls",
        "%time x",
        "def f():\n    ",
        "é",
    ),
)

CELLS = [
    "".join(cell["source"])
    for path in sorted((ROOT / "assignments").rglob("*.ipynb"))
    for cell in json.loads(path.read_text("utf-8"))["cells"]
    if cell["cell_type"] == "code"
]


def ipython(source: str) -> str:
    try:
        return str(transformer().transform_cell(source))
    except SyntaxError:
        return "no Python"


def ours(source: str) -> str:
    try:
        return as_python(source)
    except SyntaxError:
        return "no Python"


@pytest.fixture(scope="module", autouse=True)
def _ipython() -> None:
    needs("IPython")


def test_most_cells_are_python_as_they_stand() -> None:
    assert len(CELLS) > 50
    assert all(ours(each) == ipython(each) for each in CELLS)
    assert sum(transform._ODD.search(each) is None for each in CELLS) > 0.9 * len(CELLS)


def test_what_is_typed_at_random_is_read_alike() -> None:
    rng = random.Random(16)
    sources = ["".join(rng.choices(PIECES, k=rng.randint(1, 9))) for _ in range(8_000)]
    taken = [each for each in sources if transform._ODD.search(each) is None]
    assert len(taken) > 400
    assert [each for each in taken if ours(each) != ipython(each)] == []
