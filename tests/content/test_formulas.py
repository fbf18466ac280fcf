"""Textbooks are right, the formulas near them are wrong, each by itself, and what is said of one is true."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise, Misconception
from grader.exercise.textbook import RAISED, Line, Textbook, lines
from grader.formula.edits import Edit
from grader.formula.index import FOLDER, Hit, build, is_current, load
from grader.formula.near import altered, near_edits, quiet, values
from grader.formula.sentences import MOST_NAMES, sentence
from grader.judging.bench import Bench
from grader.judging.comparison import agrees, tolerance
from grader.judging.explaining import Formulas
from grader.judging.judgement import judge
from grader.judging.observation import observe
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench
from tests.content.exercises import EXERCISES

WITH_TEXTBOOK = [each for each in catalog.every() if each.textbook]
TEXTBOOKS = [pytest.param(each, id=each.name) for each in WITH_TEXTBOOK]
KNOWN = [
    pytest.param(each, known, id=f"{each.name}-{known.id}")
    for each in WITH_TEXTBOOK
    for known in each.bank
    if known.formula
]
SEEDS = range(1, 20)
SAMPLE = 40

QUICKLY_BUILT = 400
"""An index of so many formulas takes a second; all together take minutes."""


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_every_form_agrees_with_pytorch_in_every_case(exercise: Exercise) -> None:
    here = bench(exercise.name)
    for case, reference in zip(here.cases, here.references, strict=True):
        for book in exercise.books:
            made = values(exercise, book, case)
            got = {name: made[name] for name in exercise.gradients}
            expected = reference.gradients
            if exercise.settle:
                expected = exercise.settle(got, expected, *case.arguments)
            for name, each in got.items():
                assert agrees(each, expected[name], tolerance(case, exercise.rtol)), (name, case.name)


@pytest.mark.parametrize(("exercise", "mistake"), KNOWN)
def test_a_known_mistake_is_found_without_its_text(
    exercise: Exercise, mistake: Misconception, sandbox: Sandbox
) -> None:
    here = bench(exercise.name)
    bare = Bench(replace(exercise, mistakes="", misconceptions=())).of(here.sheet)
    book = exercise.books[0].replaced(mistake.formula)
    found = judge(bare, "", submissions.written(exercise, book), sandbox).result.diagnosis
    if found is None or found.id != "formula":
        pytest.skip(f"only its text names {mistake.id}: no near formula gives these numbers")
    assert any(_is_the_same(exercise, book, other, found.gradient, found.formula) for other in exercise.books)


def _is_the_same(exercise: Exercise, mine: Textbook, form: Textbook, name: str, formula: str) -> bool:
    """Whether a formula gives of a gradient, in cases that it wasn't found by, what other lines give."""
    for case in cases(exercise, seed=99):
        with quiet():
            try:
                wrong = mine.run(exercise.named(*case.arguments))
            except RAISED:
                continue
            right = values(exercise, form, case)
            if exercise.network:
                before = exercise.gradients[: exercise.gradients.index(name)]
                right |= {each: wrong[each] for each in before}
            line = next(each for each in form.lines if each.target == name)
            try:
                given = altered(exercise, form, right, (line, *lines(formula)), [name])[name]
            except NameError:
                return False
        if given is None or not agrees(given, wrong[name], tolerance(case, exercise.rtol)):
            return False
    return True


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_what_is_right_in_all_cases_of_one_seed_is_right_in_those_of_twenty(exercise: Exercise) -> None:
    for form, book in enumerate(exercise.books):
        first = [(case, values(exercise, book, case)) for case in _judged(exercise, 0)]
        alike = [edit for edit in near_edits(exercise, form, first[0][1]) if _is_right(exercise, book, edit, first)]
        alike = random.Random(exercise.name).sample(alike, min(SAMPLE, len(alike)))
        for seed in SEEDS if alike else ():
            others = [(case, values(exercise, book, case)) for case in _judged(exercise, seed)]
            for edit in alike:
                assert _is_right(exercise, book, edit, others), f"{edit} is wrong with seed {seed} alone: a blind spot"


def _judged(exercise: Exercise, seed: int) -> list[Case]:
    return [case for case in cases(exercise, seed) if case.group != "unchanged"]


def _is_right(exercise: Exercise, book: Textbook, edit: Edit, known: list[tuple[Case, dict[str, Any]]]) -> bool:
    """Whether other lines give the same, tried on the later cases first: they are larger."""
    with quiet():
        for case, right in reversed(known):
            given = altered(exercise, book, right, edit.lines)
            if not given:
                continue
            within = tolerance(case, exercise.rtol)
            if any(each is None or not agrees(each, right[name], within) for name, each in given.items()):
                return False
    return True


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_a_sentence_read_back_gives_the_numbers_of_which_it_is_said(exercise: Exercise) -> None:
    for hit in random.Random(exercise.name).sample(_hits(exercise), min(SAMPLE, len(_hits(exercise)))):
        book = exercise.books[hit.form]
        right = [(case, values(exercise, book, case)) for case in _judged(exercise, 0)]
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


def _read_back(exercise: Exercise, book: Textbook, right: dict[str, Any], claim: str, name: str) -> Any:
    """What a reader computes who takes a sentence at its word; None where that is an error."""
    whole = r"Your \w+ comes out as (?:it does with (\w+) = )?(.*?)(?: with PyTorch's [\w, ]+)?, in all 19 cases\."
    words = re.fullmatch(whole, claim)
    assert words, claim
    target, expression = words.groups()
    return altered(exercise, book, right, (Line(target or name, expression),), [name]).get(name, right[name])


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-6, equal_nan=True)


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_no_sentence_gives_a_right_formula_away(exercise: Exercise) -> None:
    for hit in _hits(exercise):
        book = exercise.books[hit.form]
        for name in _changed(exercise, hit):
            claim = sentence(exercise, book, hit.edit, [name], "19 cases").claim
            for line in book.lines:
                if line.target not in book.backward or isinstance(line.tree, ast.Name):
                    continue
                assert line.expression not in claim, hit.edit
                if _count(line) > MOST_NAMES:
                    assert sum(term in claim for term in _terms(line.tree)) <= 1, hit.edit


def _changed(exercise: Exercise, hit: Hit) -> list[str]:
    kept = load(exercise.name)
    return [name for name, rows in kept.rows.items() if hit.place in rows] if kept else []


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


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_a_right_submission_comes_from_no_wrong_formula(exercise: Exercise, sandbox: Sandbox) -> None:
    here = bench(exercise.name)
    source = submissions.solution(exercise)
    assert judge(here, "", source, sandbox).result.diagnosis is None
    judged = observe(exercise, here.cases, here.references, sandbox.run(here.job(source)).replies)
    right = [
        replace(here.references[0], gradients={n: here.formulas.right(0, case)[n] for n in exercise.gradients})
        for case in here.fresh
    ]
    fresh = observe(exercise, here.fresh, right, sandbox.run(here.job(source, fresh=True)).replies)
    assert Formulas(exercise).explain(exercise.gradients, judged, fresh) == {}


def _hits(exercise: Exercise) -> list[Hit]:
    kept = load(exercise.name)
    return [kept.hit(place) for place in range(len(kept.formulas))] if kept else []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_index_is_current(exercise: Exercise) -> None:
    assert is_current(exercise), "run `grader sync`"


@pytest.mark.parametrize(
    "exercise", [each for each in TEXTBOOKS if len(_hits(catalog.get(str(each.id)))) < QUICKLY_BUILT]
)
def test_an_index_built_anew_is_the_one_that_is_kept(exercise: Exercise) -> None:
    kept, made = load(exercise.name), build(exercise)
    assert kept is not None
    assert made.formulas == kept.formulas
    for name, rows in made.rows.items():
        assert (rows == kept.rows[name]).all()
        assert np.allclose(made.found[name], kept.found[name], rtol=1e-4, atol=1e-4, equal_nan=True)


def test_no_index_is_left_over_and_all_are_small() -> None:
    files = list(FOLDER.glob("*"))
    assert sorted(path.stem for path in files) == sorted(each.name for each in WITH_TEXTBOOK)
    assert sum(path.stat().st_size for path in files) < 3_000_000
