"""A line that failed is done once more only with what is small, and makes only what is small."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.replay import MOST_ELEMENTS, UNKNOWN, culprit, value_of


def value(text: str, **names: Any) -> Any:
    return value_of(ast.parse(text, mode="eval").body, names)


def shared(levels: int) -> Any:
    """A tuple with itself in it twice, over and over: it has 2 ** levels entries."""
    made: Any = 1.0
    for _ in range(levels):
        made = (made, made)
    return made


COLUMN = np.ones((MOST_ELEMENTS, 1))

LARGE: dict[str, tuple[str, dict[str, Any]]] = {
    "a column times a row": ("a * b", {"a": COLUMN, "b": COLUMN.T}),
    "their matrix product": ("a @ b", {"a": COLUMN, "b": COLUMN.T}),
    "a product over no axis at all": ("np.dot(a, b)", {"a": COLUMN[:, :0], "b": COLUMN[:, :0].T}),
    "products of products": ("a * b * (b.T * a.T)", {"a": COLUMN[:999], "b": COLUMN[:999].T}),
    "a list, many times": ("a * b", {"a": [1.0], "b": 10**12}),
    "a text, many times": ("a * b", {"a": "x", "b": 10**12}),
    "a list beside an array": ("a + b", {"a": [COLUMN[:, 0]] * 50, "b": COLUMN}),
    "a whole number of many digits": ("a * b", {"a": 10**400, "b": 10**400}),
    "a tuple that is in itself": ("a + a", {"a": shared(60)}),
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_large_is_not_calculated(kind: str) -> None:
    text, names = LARGE[kind]
    assert value(text, **names) is UNKNOWN
    assert [*culprit(ValueError("no"), [ast.parse(text, mode="eval").body], names)] == []


def test_a_list_that_holds_itself_is_no_value() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert value("a", a=ring) is UNKNOWN


def test_what_is_small_is_calculated() -> None:
    assert value("a @ b + 1", a=np.eye(2), b=np.ones((2, 3))).tolist() == [[2.0] * 3] * 2
    assert value("a * 3", a=[1.0, 2.0]) == [1.0, 2.0] * 3
    assert value("a", a=shared(4)) == shared(4)
    assert value("(a + b) * 2", a=COLUMN, b=COLUMN).shape == COLUMN.shape


@pytest.mark.parametrize(("text", "sign"), [("a + b", "+"), ("a @ b", "@"), ("np.dot(a, b)", "np.dot")])
def test_of_large_operands_too_it_is_found_which_do_not_go_together(text: str, sign: str) -> None:
    names = {"a": np.ones((3, 5_000)), "b": np.ones((4, 5_000))}
    node = ast.parse(text, mode="eval").body
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        eval(text, {"np": np, **names})
    ((_, found, *_),) = culprit(raised.value, [node], names)
    assert found == sign
