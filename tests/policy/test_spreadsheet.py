"""Text that is no formula in a spreadsheet, whatever it takes for the end of a cell."""

from __future__ import annotations

import re

import pytest

from grader.text.spreadsheet import cell, is_plain_id

FORMULAS = ["=1+1", "-1", "＝1", "Ada;=1+1", "Ada; =1+1", "a\t@SUM(1)", "a;;+1", "a;=1;=2"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_part_of_a_text_is_a_formula(formula: str) -> None:
    parts = re.split(r"[;\t]", cell(formula))
    assert [part for part in parts if part.lstrip(" ")[:1] in tuple("=+-@＝")] == []
    assert cell(formula).replace("'", "") == formula


@pytest.mark.parametrize("text", ["Ada", "Ada-Marie; Byron", "a=b", "x+y@z", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert cell(text) == text
    assert is_plain_id(text)


def test_an_id_with_a_formula_in_it_is_not_plain() -> None:
    assert not is_plain_id("ada;=1+1")
