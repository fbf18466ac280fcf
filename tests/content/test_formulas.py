"""Textbooks are right, and the formulas near them are wrong, each by itself."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise, Misconception
from grader.exercise.quiet import quiet
from grader.exercise.textbook import RAISED, Textbook, lines
from grader.formula.edits import Edit
from grader.formula.index import FOLDER, build, is_current, load
from grader.formula.near import altered, near_edits, values
from grader.judging.bench import Bench
from grader.judging.comparison import Tolerance, agrees, tolerance
from grader.judging.explaining import Formulas
from grader.judging.judgement import judge
from grader.judging.observation import observe
from grader.results import Diagnosis
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench
from tests.content.exercises import EXERCISES
from tests.content.textbooks import SAMPLE, TEXTBOOKS, WITH_TEXTBOOK, index_of, judged

KNOWN = [
    pytest.param(each, known, id=f"{each.name}-{known.id}")
    for each in WITH_TEXTBOOK
    for known in each.bank
    if known.formula
]
SEEDS = range(1, 10)

TRIED = 100
"""Of so many edits of a form those are looked for that are right, until there are enough."""

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
    book = exercise.books[0].replaced(mistake.formula)
    found = judge(_bare(exercise.name), "", submissions.written(exercise, book), sandbox).result.diagnosis
    if found is None or found.id != "formula":
        pytest.skip(f"only its text names {mistake.id}: no near formula gives these numbers")
    assert any(_is_the_same(exercise, book, other, found) for other in exercise.books)


@cache
def _bare(name: str) -> Bench:
    """The bench of an exercise of which no mistake is known."""
    here = bench(name)
    unknown = replace(here.exercise, mistakes="", misconceptions=())
    return Bench(unknown).of(here.sheet)


def _is_the_same(exercise: Exercise, mine: Textbook, form: Textbook, found: Diagnosis) -> bool:
    """Whether the formula found gives of its gradient, in cases that it wasn't found by, what other lines give."""
    name = found.gradient
    for case, right, within in _of_another_seed(exercise.name, exercise.books.index(form)):
        with quiet():
            try:
                wrong = mine.run(exercise.named(*case.arguments))
            except RAISED:
                continue
            if exercise.network:
                before = exercise.gradients[: exercise.gradients.index(name)]
                right = right | {each: wrong[each] for each in before}
            elif "your own" in found.claim:
                right = right | {each: wrong[each] for each in exercise.gradients if each != name}
            line = next(each for each in form.lines if each.target == name)
            try:
                given = altered(exercise, form, right, (line, *lines(found.formula)), [name])[name]
            except NameError:
                return False
        if given is None or not agrees(given, wrong[name], within):
            return False
    return True


class Solved(NamedTuple):
    """A case with all values of a textbook's right lines, and how far others may be off."""

    case: Case
    right: dict[str, Any]
    within: Tolerance


def _solved(exercise: Exercise, book: Textbook, case: Case) -> Solved:
    return Solved(case, values(exercise, book, case), tolerance(case, exercise.rtol))


@cache
def _of_another_seed(name: str, form: int) -> list[Solved]:
    exercise = catalog.get(name)
    return [_solved(exercise, exercise.books[form], case) for case in cases(exercise, seed=99)]


@pytest.mark.parametrize("exercise", TEXTBOOKS)
def test_what_is_right_in_all_cases_of_one_seed_is_right_in_those_of_ten(exercise: Exercise) -> None:
    rng = random.Random(exercise.name)
    # To make the edits of a form takes most of the time: one form stands for the others.
    form = rng.randrange(len(exercise.books))
    book = exercise.books[form]
    first = [_solved(exercise, book, case) for case in judged(exercise, 0)]
    edits = near_edits(exercise, form, first[0].right)
    rng.shuffle(edits)
    alike = [*islice((edit for edit in edits[:TRIED] if _is_right(exercise, book, edit, first)), SAMPLE)]
    for seed in SEEDS if alike else ():
        # Those that are written down are the same for every seed.
        others = [_solved(exercise, book, case) for case in judged(exercise, seed) if case.group == "random"]
        for edit in alike:
            assert _is_right(exercise, book, edit, others), f"{edit} is wrong with seed {seed} alone: a blind spot"


def _is_right(exercise: Exercise, book: Textbook, edit: Edit, known: list[Solved]) -> bool:
    """Whether other lines give the same, tried on the later cases first: they are larger."""
    with quiet():
        for _, right, within in reversed(known):
            given = altered(exercise, book, right, edit.lines)
            if any(each is None or not agrees(each, right[name], within) for name, each in given.items()):
                return False
    return True


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


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_index_is_current(exercise: Exercise) -> None:
    assert is_current(exercise), "run `grader sync`"


@pytest.mark.parametrize(
    "exercise", [each for each in TEXTBOOKS if (kept := load(str(each.id))) and len(kept.formulas) < QUICKLY_BUILT]
)
def test_an_index_built_anew_is_the_one_that_is_kept(exercise: Exercise) -> None:
    kept, made = index_of(exercise), build(exercise)
    assert made.formulas == kept.formulas
    for name, rows in made.rows.items():
        assert (rows == kept.rows[name]).all()
        assert np.allclose(made.found[name], kept.found[name], rtol=1e-4, atol=1e-4, equal_nan=True)


def test_no_index_is_left_over_and_all_are_small() -> None:
    files = list(FOLDER.glob("*"))
    assert sorted(path.stem for path in files) == sorted(each.name for each in WITH_TEXTBOOK)
    assert sum(path.stat().st_size for path in files) < 3_000_000
