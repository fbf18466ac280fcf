"""Every exercise works wherever a student meets it: on the live page, in a notebook, inside PyTorch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from grader.authoring.chapter_notebook import notebook
from grader.cases import Case
from grader.desk.bridge import as_function
from grader.desk.explore.fields import edit, fields
from grader.desk.explore.own_case import case_data
from grader.exercise import Exercise, Input
from grader.graph.exhibits import exhibits, lesson
from grader.judging.judgement import judge
from grader.report.page.contents import exercise_data
from grader.sandbox.child.imports import is_everyday
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.plain import plain
from tests.conftest import bench
from tests.content.exercises import EXERCISES, PAIRS
from tests.course.test_notebooks import total
from tests.submissions import home, solution

MOST_OF_THE_PAGE = 100_000
"""The characters of JSON that one exercise may take: the page is one file, which holds them all."""


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_solution_is_everyday(exercise: Exercise) -> None:
    assert is_everyday(solution(exercise))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_case_is_the_same_after_it_was_text(exercise: Exercise) -> None:
    for case in bench(exercise.name).cases:
        if case.float32:
            continue
        again = edit(exercise, case, {each.name: each.text for each in fields(exercise, case)})
        assert again.inputs.keys() == case.inputs.keys()
        for name, value in case.inputs.items():
            assert type(again.inputs[name]) is type(value)
            np.testing.assert_equal(plain(again.inputs[name]), plain(value))
        np.testing.assert_equal(plain(again.dout), plain(case.dout))


def random_cases(exercise: Exercise) -> Iterator[Case]:
    for case in bench(exercise.name).cases:
        if case.group == "random" and not case.float32 and case.layout == "contiguous":
            yield case


def tensor(spec: Input, value: Any, dtype: torch.dtype = torch.float64) -> Any:
    """An input as a PyTorch user passes it; constants that are no arrays stay plain numbers."""
    if not spec.constant:
        return torch.tensor(value, dtype=dtype, requires_grad=True)
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def tensors(exercise: Exercise, case: Case, dtype: torch.dtype = torch.float64) -> list[Any]:
    return [tensor(spec, case.inputs[spec.name], dtype) for spec in exercise.inputs]


@pytest.mark.parametrize("exercise", PAIRS)
def test_gradcheck_passes_on_the_solution(exercise: Exercise) -> None:
    function = as_function(exercise.name, directory=home(exercise) / "solutions")
    for case in list(random_cases(exercise))[:4]:
        assert torch.autograd.gradcheck(function, tensors(exercise, case))


@pytest.mark.parametrize("exercise", PAIRS)
def test_float32_goes_in_and_comes_out(exercise: Exercise) -> None:
    function = as_function(exercise.name, directory=home(exercise) / "solutions")
    inputs = tensors(exercise, next(random_cases(exercise)), torch.float32)
    outs = function(*inputs)
    sum(each.sum() for each in (outs if isinstance(outs, tuple) else (outs,))).backward()
    variables = [each for spec, each in zip(exercise.inputs, inputs, strict=True) if not spec.constant]
    assert all(each.grad is not None and each.grad.dtype == torch.float32 for each in variables)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_solution_is_right_on_a_case_of_the_students_own(exercise: Exercise, sandbox: Sandbox) -> None:
    here = bench(exercise.name)
    found = case_data(here, here.cases[0], exercise.file, solution(exercise), sandbox)
    assert (found["findings"], found["status"]) == ([], "passed")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_its_part_of_the_page_is_small_and_its_formula_is_understood(exercise: Exercise, sandbox: Sandbox) -> None:
    here = bench(exercise.name)
    found = judge(here, exercise.file, solution(exercise), sandbox)
    data = exercise_data(found.result, lesson(exercise), tuple(exhibits(here, found)))
    assert len(json.dumps(data)) < MOST_OF_THE_PAGE
    assert "\\\\" not in json.dumps(data["formula"], ensure_ascii=False), "a command is left that isn't LaTeX"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_its_cells_in_a_notebook_earn_every_point(exercise: Exercise) -> None:
    cells = json.loads(notebook("Chapter 1: Alone", [exercise], {exercise.name: solution(exercise).decode()}, []))
    for cell in cells["cells"]:
        cell["source"] = "".join(cell["source"])
        # A "\b" or "\f" that a formula has lost is invisible in the source, and breaks it on the page.
        assert not [each for each in cell["source"] if each < " " and each != "\n"], cell["id"]
    assert total(cells) == [(f"{exercise.name}-check", exercise.points)]
