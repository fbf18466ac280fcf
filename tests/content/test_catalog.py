"""The content proves itself: every exercise, present and future, found by its file's name."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from grader import catalog
from grader.authoring.sync import generated_files
from grader.exercise import Exercise, Misconception, power_of_ten
from grader.exercise.draws import Drawing
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import ROOT, bench
from tests.content.exercises import EXERCISES, PAIRS

SEEDS = range(5)
SPECS = tuple((ROOT / "grader" / "catalog").rglob("ex*.py"))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_not_started(exercise: Exercise, sandbox: Sandbox) -> None:
    here = bench(exercise.name)
    result = judgement(here, "stub", sandbox.run(here.job(submissions.stub(exercise)))).result
    assert (result.status, result.points, result.findings) == ("not-started", 0, ())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_solution_earns_every_point_and_no_diagnosis(exercise: Exercise, sandbox: Sandbox) -> None:
    for seed in SEEDS:
        here = bench(exercise.name, seed)
        result = judgement(here, "solution", sandbox.run(here.job(submissions.solution(exercise)))).result
        assert result.findings == ()
        assert (result.status, result.points) == ("passed", exercise.points)
        assert sum(check.points for check in result.checks) == pytest.approx(exercise.points)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_misconception_is_rejected_and_named_by_its_own_id(exercise: Exercise) -> None:
    for misconception in exercise.bank:
        hold_that_it_is_named(exercise, misconception)


def hold_that_it_is_named(exercise: Exercise, misconception: Misconception) -> None:
    for seed in SEEDS:
        here = bench(exercise.name, seed)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = judgement(here, "mistake", submissions.answered(here, misconception)).result
        assert result.status == "failed", misconception.id
        assert result.points < exercise.points, misconception.id
        assert [each.diagnosis.id for each in result.findings if each.diagnosis] == [misconception.id], (
            f"{misconception.id} isn't the diagnosis: does another one, or a generic probe, give the same numbers?"
        )


@pytest.mark.parametrize("exercise", PAIRS)
def test_a_submission_that_makes_the_mistake_is_told_which(exercise: Exercise, sandbox: Sandbox) -> None:
    here = bench(exercise.name)
    # Of all others the numbers alone are judged, which takes no process.
    for misconception in (exercise.bank[0], exercise.bank[-1]):
        result = judgement(here, "mistake", sandbox.run(here.job(submissions.mistaken(exercise, misconception)))).result
        assert result.status == "failed", misconception.id
        assert result.diagnosis is not None, misconception.id
        assert result.diagnosis.id == misconception.id


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_at_least_four_misconceptions_with_ids_of_their_own(exercise: Exercise) -> None:
    ids = [misconception.id for misconception in exercise.bank]
    assert len(set(ids)) == len(ids), "two have one name"
    assert len(ids) >= 4, "write down four mistakes at least that students really make"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_hints_exist_and_give_no_code_away(exercise: Exercise) -> None:
    assert len(exercise.hints) >= 3, "a question, where to look, and nearly the answer"
    for hint in exercise.hints:
        assert not re.search(r"\bnp\.|\breturn\b|\bdef\b|`|\w\(\w*\)\s*=|\*\*|\.T\b|\.sum\(", hint), hint


@pytest.mark.parametrize("exercise", EXERCISES)
def test_examples_alone_earn_under_half(exercise: Exercise) -> None:
    from grader.judging.checks import check_names

    points = check_names(exercise)
    assert sum(points.values()) == pytest.approx(exercise.points)
    assert sum(each for name, each in points.items() if name.endswith("examples")) < exercise.points / 2


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_exercise_has_a_documented_example(exercise: Exercise) -> None:
    assert exercise.examples


@pytest.mark.parametrize("exercise", EXERCISES)
def test_nothing_is_left_to_do(exercise: Exercise) -> None:
    for path in (_spec(exercise), submissions.home(exercise) / "solutions" / exercise.file):
        assert "TODO" not in path.read_text(encoding="utf-8"), f"{path}: a TODO is left"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_name_and_the_number_are_the_exercises_own(exercise: Exercise) -> None:
    own = _spec(exercise).parents[1]
    parts = [path.stem[2:].partition("_") for path in {*SPECS, *own.glob("*/ex*.py")}]
    assert [*catalog.chapters(), *(name for _, _, name in parts)].count(exercise.name) == 1
    assert [number for number, _, _ in parts].count(str(exercise.number)) == 1, (
        "`grader new` takes a number that is free"
    )


@pytest.mark.parametrize("exercise", EXERCISES)
def test_torch_is_imported_inside_a_function_of_the_spec_if_at_all(exercise: Exercise) -> None:
    statements = ast.parse(_spec(exercise).read_bytes()).body
    imports = [ast.unparse(each) for each in statements if isinstance(each, ast.Import | ast.ImportFrom)]
    assert not [each for each in imports if re.search(r"\btorch\b", each)], "the grader begins without torch"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_current(exercise: Exercise) -> None:
    (stub,) = generated_files(submissions.home(exercise), [exercise])
    assert stub.state == "current", "run `grader sync`"


def _spec(exercise: Exercise) -> Path:
    assert exercise.spec is not None
    return exercise.spec


def test_generated_files_are_current_to_the_byte() -> None:
    stale = [each.path.name for each in generated_files(ROOT) if each.path.read_bytes() != each.text.encode()]
    assert not stale, "run `grader sync`"


def test_no_stub_or_solution_is_left_over() -> None:
    modules = sorted(catalog.spec_file(name).module for name in catalog.own_names())
    for folder in ("exercises", "solutions"):
        assert sorted(path.stem for path in (ROOT / folder).glob("*.py")) == modules


def test_no_spec_is_overlooked() -> None:
    assert sorted(path.stem for path in SPECS) == sorted(catalog.spec_file(name).module for name in catalog.own_names())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_cases_depend_on_the_seed_and_on_nothing_else(exercise: Exercise) -> None:
    one, same, other = (Bench(exercise, seed).cases for seed in (1, 1, 2))
    assert repr(one) == repr(same) != repr(other)


def test_a_drawn_power_of_ten_is_the_one_that_is_written_whatever_the_processor() -> None:
    drawing = Drawing(np.random.default_rng(0), (100,), {}, whole=False)
    assert {*power_of_ten(-5, -2)(drawing)} == {1e-5, 1e-4, 1e-3, 1e-2}
