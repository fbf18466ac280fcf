"""A formula that is said is plain, and has the same values as the one that was found."""

from __future__ import annotations

import numpy as np
import pytest

from grader import catalog
from grader.exercise.quiet import quiet
from grader.exercise.textbook import RAISED
from grader.formula.index import load
from grader.formula.simpler import simpler
from tests.conftest import bench


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        ("dout * (sigma - 2 * sigma)", "dout * -sigma"),
        ("dout * (y + y)", "dout * 2 * y"),
        ("dout * (x * y)", "dout * x * y"),
        ("a + (b + c)", "a + b + c"),
        ("dout * (1 + t) * (1 + t)", "dout * (1 + t) ** 2"),
        ("dout * (sigma * sigma ** 2)", "dout * sigma ** 3"),
        ("dout * (sigma - sigma ** 0)", "dout * (sigma - 1)"),
        ("dout * (a == b) / 2 * 2", "dout * (a == b)"),
        ("--a", "a"),
        ("a ** 1", "a"),
        ("dout[:, None].sum(axis=1) * x", "dout * x"),
    ],
)
def test_a_plainer_formula_is_said(formula: str, plain: str) -> None:
    assert simpler(formula) == plain
    assert simpler(plain) == plain


@pytest.mark.parametrize(
    "formula",
    [
        "a / a",
        "a - a",
        "a ** 2 / a",
        "(a > b) * (a > b)",
        "a @ (b @ c)",
        "a - (b - c)",
        "2 + 2",
        "x[:, None].sum()",
        "",
    ],
)
def test_what_would_be_another_number_or_shape_somewhere_stays(formula: str) -> None:
    assert simpler(formula) == formula


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "max", "add_multiply", "logistic", "affine", "dropout"])
def test_the_plainer_formula_has_the_same_values(name: str) -> None:
    index, here, exercise = load(name), bench(name), catalog.get(name)
    assert index
    for place in range(len(index.formulas)):
        hit = index.hit(place)
        book = exercise.books[hit.form]
        for line in hit.edit.lines:
            if (plain := simpler(line.expression)) == line.expression:
                continue
            for case in here.fresh[:2]:
                values = here.formulas.right(hit.form, case)
                with quiet():
                    try:
                        given = eval(line.expression, book.words, dict(values))
                    except RAISED:
                        continue
                    assert np.allclose(given, eval(plain, book.words, dict(values)), rtol=1e-9, equal_nan=True), line
                assert np.shape(given) == np.shape(eval(plain, book.words, dict(values)))
