"""The learning curves are those of the exercise's own training, and a submission's is its own."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.cases import examples
from grader.graph.learning import LEAST_STEPS, learning_curves, longer
from grader.reference.oracle import reference
from grader.report.page.losses import learning_data, said
from tests.submissions import solution


def solved(name: str) -> dict[str, Any]:
    """What the worked solution defines."""
    made: dict[str, Any] = {}
    exec(solution(catalog.get(name)).decode(), made)
    return made


def test_pytorchs_curve_is_that_of_the_worked_solution_at_every_rate() -> None:
    exercise, train = catalog.get("train"), solved("train")["train"]
    case = next(iter(examples(exercise)))
    curves = learning_curves(exercise, case)
    assert curves
    assert curves.rates[curves.own] == case.inputs["lr"]
    assert len(set(curves.rates)) == 5
    for rate, losses in zip(curves.rates, curves.losses, strict=True):
        inputs = {**longer(exercise, case).inputs, "lr": rate}
        with np.errstate(all="ignore"):
            expected, _ = train(**inputs)
        np.testing.assert_allclose(losses, expected, rtol=1e-6)
        assert len(losses) >= LEAST_STEPS


def test_the_curve_of_two_updates_is_the_cost_at_each_of_the_parameters() -> None:
    exercise, two_updates = catalog.get("two_updates"), solved("two_updates")["two_updates"]
    (case,) = examples(exercise)
    curves = learning_curves(exercise, case, {"steps": two_updates(**case.inputs)})
    assert curves
    assert curves.mine == pytest.approx(curves.losses[curves.own][: len(case.inputs["xs"]) + 1])
    parameters, inputs = case.inputs["parameters"], case.inputs
    costs = []
    for x in inputs["xs"]:
        u = parameters["a"] * x + parameters["b"]
        p = 1 / (1 + parameters["c"] * u**2 + u + parameters["d"])
        costs.append((p - inputs["y"]) ** 2 + inputs["lam"] / 2 * (parameters["a"] ** 2 + parameters["c"] ** 2))
    assert curves.losses[0][0] == pytest.approx(np.mean(costs))


@pytest.mark.parametrize(
    "steps",
    [
        None,
        "no",
        3,
        [],
        [{}],
        [{"a": "1", "b": 2}],
        [{name: [1, 2] for name in "abcd"}],
        [dict.fromkeys("abcd")],
    ],
)
def test_what_is_no_result_of_training_makes_no_curve_and_no_trouble(steps: Any) -> None:
    exercise = catalog.get("two_updates")
    (case,) = examples(exercise)
    curves = learning_curves(exercise, case, {"steps": steps}, (1.0,))
    assert curves
    assert len(curves.mine) <= 1
    assert learning_curves(exercise, case, {"other": steps}, (1.0,)) == replace(curves, mine=())


def test_a_submission_of_very_many_losses_is_read_as_far_as_the_case_goes() -> None:
    exercise = catalog.get("train")
    case = next(iter(examples(exercise)))
    curves = learning_curves(exercise, case, {"losses": [1e300] * 100_000}, (1.0,))
    assert curves
    assert len(curves.mine) == len(case.inputs["batches"])
    assert learning_data(curves)["mine"]["said"].startswith("Yours, with 0.5: from step 1 on the loss is off the scale")


def test_a_curve_that_leaves_the_scale_says_so_and_one_that_stays_does_not() -> None:
    exercise = catalog.get("two_updates")
    (case,) = examples(exercise)
    curves = learning_curves(exercise, case, factors=(1.0,))
    assert curves
    top = curves.top
    assert said(curves, (0.5, 0.25)) == "the loss goes from 0.5 to 0.25 in 1 step."
    assert said(curves, (0.1, 2 * top, 0.1)) == (
        f"1 of the 3 losses is off the scale, that of step 1; the largest is {2 * top:.3g}."
    )
    assert said(curves, (-0.1, -0.5, 0.1)) == (
        "2 of the 3 losses are off the scale, the first at step 0; the smallest is −0.5."
    )
    # After the last step nobody knows where it goes.
    assert said(curves, (0.1, -3.0)) == "1 of the 2 losses is off the scale, that of step 1; the smallest is −3."
    assert (
        said(curves, (0.1, 8.0, nan))
        == "from step 1 on the loss is off the scale; the largest is 8. At step 2 it is nan."
    )
    assert said(curves, (0.1, inf)) == "1 of the 2 losses is off the scale, that of step 1. At step 1 it is ∞."
    (run,) = learning_data(replace(curves, losses=((0.1, nan),)))["rates"]
    assert run["losses"] == [0.1, None]


def test_an_exercise_that_trains_nothing_has_no_curve() -> None:
    exercise = catalog.get("relu")
    assert learning_curves(exercise, next(iter(examples(exercise)))) is None


def test_the_data_of_a_longer_case_are_its_own_again_and_again() -> None:
    exercise = catalog.get("train")
    case = next(iter(examples(exercise)))
    batches = longer(exercise, case).inputs["batches"]
    assert [row.tolist() for row in batches[: len(case.inputs["batches"])]] == case.inputs["batches"].tolist()
    assert {tuple(row) for row in batches.tolist()} == {tuple(row) for row in case.inputs["batches"].tolist()}
    assert len(reference(exercise, longer(exercise, case)).gradients["losses"]) == len(batches)
