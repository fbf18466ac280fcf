"""What is said of a near formula is true, gives nothing away, and names what the exercise names."""

from __future__ import annotations

import ast
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.exercise.quiet import quiet
from grader.exercise.textbook import Line, Textbook
from grader.formula.index import Index
from grader.formula.near import altered, values
from grader.formula.sentences import MOST_NAMES, sentence
from tests import submissions
from tests.content.textbooks import SAMPLE, TEXTBOOKS, index_of, judged

SPOKEN = 150
"""Of so many near formulas of each exercise it is looked at what is said, and of those with a right one in them."""


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_a_sentence_read_back_gives_the_numbers_of_which_it_is_said(exercise: Exercise) -> None:
    index = index_of(exercise)
    for hit in map(index.hit, _some(exercise, index, SAMPLE)):
        book = exercise.books[hit.form]
        right = [(case, values(exercise, book, case)) for case in judged(exercise, 0)]
        with quiet():
            names = {name for case, each in right for name in altered(exercise, book, each, hit.edit.lines)}
            (name,) = sorted(names)[:1]
            said = sentence(exercise, book, hit.edit, [name], "19 cases")
            assert said.claim.startswith(f"Your {name} comes out as ")
            assert said.claim.count("in all 19 cases") == 1
            if not said.shown:
                continue
            for _, each in right:
                meant = altered(exercise, book, each, hit.edit.lines).get(name, each[name])
                assert _same(_read_back(exercise, book, each, said.claim, name), meant), said.claim


def _some(exercise: Exercise, index: Index, most: int) -> list[int]:
    """The places of some of the near formulas, or of all."""
    places = range(len(index.formulas))
    return random.Random(exercise.name).sample(places, min(most, len(places)))


def _read_back(exercise: Exercise, book: Textbook, right: dict[str, Any], claim: str, name: str) -> Any:
    """What a reader computes who takes a sentence at its word; None where that is an error."""
    whose = r"(?: with (?:PyTorch's|a right) [\w, ]+)?"
    whole = rf"Your \w+ comes out as (?:it does with (\w+) = )?(.*?){whose}, in all 19 cases\."
    words = re.fullmatch(whole, claim)
    assert words, claim
    target, expression = words.groups()
    return altered(exercise, book, right, (Line(target or name, expression),), [name]).get(name, right[name])


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    is_short = np.asarray(other).dtype == np.float32
    # In float32 a difference of two numbers has the digits of these.
    within = {"rtol": 1e-4, "atol": 1e-6} if is_short else {"rtol": 1e-6}
    return np.shape(one) == np.shape(other) and np.allclose(one, other, equal_nan=True, **within)


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_no_sentence_gives_a_right_formula_away(exercise: Exercise) -> None:
    secret = [[*map(_terms_of, filter(partial(_is_secret, book), book.lines))] for book in exercise.books]
    index = index_of(exercise)
    changed = _changed(index)
    right = {expression for terms in secret for expression, _ in terms}
    telling = [place for place, each in enumerate(index.formulas) if any(one in each.split("\t")[2] for one in right)]
    for hit in map(index.hit, dict.fromkeys((*telling, *_some(exercise, index, SPOKEN)))):
        book = exercise.books[hit.form]
        for name in changed[hit.place]:
            claim = sentence(exercise, book, hit.edit, [name], "19 cases").claim
            for expression, terms in secret[hit.form]:
                assert expression not in claim, hit.edit
                assert sum(term in claim for term in terms) <= 1, hit.edit


def _is_secret(book: Textbook, line: Line) -> bool:
    return line.target in book.backward and not isinstance(line.tree, ast.Name)


def _terms_of(line: Line) -> tuple[str, list[str]]:
    """A line's expression, and its terms where it has too many names to be shown in part."""
    return line.expression, [*_terms(line.tree)] if _count(line) > MOST_NAMES else []


def _changed(index: Index) -> Mapping[int, list[str]]:
    """By the place of each near formula, the gradients that it changes."""
    changed = defaultdict[int, list[str]](list)
    for gradient, rows in index.rows.items():
        for place in rows:
            changed[int(place)].append(gradient)
    return changed


def _count(line: Line) -> int:
    return sum(isinstance(node, ast.Name) for node in ast.walk(line.tree))


def _terms(tree: ast.expr) -> Iterator[str]:
    """The terms of a sum that name more than one value."""
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
        yield from _terms(tree.left)
        yield from _terms(tree.right)
    elif len({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}) > 1:
        yield ast.unparse(tree)


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_a_sentence_names_what_the_exercise_names(exercise: Exercise) -> None:
    given = set(re.findall(r"\w+", submissions.solution(exercise).decode()))
    for book in exercise.books:
        for line in book.lines:
            if line.target not in book.backward and not line.target.startswith("_"):
                assert line.target in given, f"the given forward has no {line.target}: call it _{line.target}"
