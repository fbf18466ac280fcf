"""What is looked for in the text of a student's cells takes time in proportion to it."""

from __future__ import annotations

import time

import pytest

from tests.proof import needs

needs("nbgrader")

from grader.course.faults import defines

SECONDS = 5.0
"""A thousandth of this is enough; what grows with the square takes an hour."""


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x",
        "\n\n  def  f(x): pass",
        "class f: pass",
        "x = 1\nf = lambda x: x",
        "\tf\t= g",
    ],
)
def test_a_cell_defines_a_name(source: str) -> None:
    assert defines(source, ["g2", "f"])


@pytest.mark.parametrize("source", ["", "f(1)", "def fg(x): pass", "x.f = 1", "# def f", "fg = 1"])
def test_a_cell_does_not_define_a_name(source: str) -> None:
    assert not defines(source, ["f"])


@pytest.mark.parametrize(
    "source", ["\n" * 1_000_000, " " * 1_000_000, "def " * 250_000, "f" * 1_000_000, "f\t" * 500_000]
)
def test_a_cell_of_a_mebibyte_is_searched_at_once(source: str) -> None:
    began = time.process_time()
    assert not defines(source, ["f"])
    assert time.process_time() - began < SECONDS
