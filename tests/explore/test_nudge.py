"""A number that is nudged: PyTorch's losses, their ratio, and the gradient beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from grader import catalog
from grader.cases import Case, examples
from grader.desk.explore.fields import FieldError
from grader.desk.explore.nudge import POINTS, Nudge, nudge_data
from grader.exercise import Exercise

ENDS = (-3.0, 3.0)


def first(name: str) -> tuple[Exercise, Case]:
    exercise = catalog.get(name)
    return exercise, next(iter(examples(exercise)))


def told(exercise_name: str, name: str, h: float, **inputs: Any) -> dict[str, Any]:
    exercise, case = first(exercise_name)
    return nudge_data(exercise, replace(case, inputs={**case.inputs, **inputs}), Nudge(name, 0, h, *ENDS))


def test_losses_ratio_and_gradient_are_pytorchs() -> None:
    exercise, case = first("sigmoid")
    case = replace(case, inputs={"s": np.array([0.0, 0.5])}, dout=np.ones(2))
    data = nudge_data(exercise, case, Nudge("s", 1, 1e-3, *ENDS))
    x, h = 0.5, 1e-3
    sigma = torch.sigmoid(torch.tensor([x, x + h], dtype=torch.float64)).numpy()
    assert data["called"] == "s[1]"
    assert data["at"][0] == x
    assert data["moved"][1] - data["at"][1] == pytest.approx(sigma[1] - sigma[0])
    assert data["gradient"] == pytest.approx(sigma[0] * (1 - sigma[0]))
    assert float(data["texts"]["ratio"]) == pytest.approx(data["gradient"], rel=1e-3)
    assert [point[0] for point in data["curve"]] == pytest.approx(np.linspace(*ENDS, POINTS).tolist())


@pytest.mark.parametrize("name", ["affine", "conv2d", "two_layer", "max", "copy", "layernorm", "linear_neuron"])
def test_the_smaller_h_is_the_nearer_is_the_ratio(name: str) -> None:
    exercise, case = first(name)
    of = next(each.name for each in exercise.inputs if not each.constant)
    off = []
    for h in (1e-1, 1e-4):
        data = nudge_data(exercise, case, Nudge(of, 0, h, *ENDS))
        off.append(abs((data["moved"][1] - data["at"][1]) / h - data["gradient"]))
    assert off[1] <= off[0] + 1e-8
    assert off[1] < 1e-3 * (1 + abs(data["gradient"]))


def test_what_the_loss_is_is_told() -> None:
    assert told("two_layer", "x", 0.1)["loss"] == "the loss is L"
    assert told("tanh", "s", 0.1)["loss"] == "the loss is Σ dout · t, whose gradient at t is dout"


def test_an_h_that_is_too_small_is_said_to_be() -> None:
    assert told("square", "w", 1e-4)["note"] == ""
    assert "share nearly all of their digits" in told("square", "w", 1e-12)["note"]
    assert "the same one in float64" in told("square", "w", 1e-300)["note"]


def test_saturation_is_nudged_in_the_stable_form() -> None:
    data = told("logistic", "w", 0.1, x=np.array([20.0, -1.0]), w=np.array([2.0, -0.5]), b=0.1, y=0.0)
    assert data["gradient"] == pytest.approx(20)
    assert data["at"][1] == pytest.approx(40.6)


@pytest.mark.parametrize(
    ("name", "nudge"),
    [
        ("sigmoid", Nudge("s", 99, 0.1, *ENDS)),
        ("sigmoid", Nudge("s", -1, 0.1, *ENDS)),
        ("sigmoid", Nudge("dout", 0, 0.1, *ENDS)),
        ("logistic", Nudge("y", 0, 0.1, *ENDS)),
        ("two_updates", Nudge("lr", 0, 0.1, *ENDS)),
        ("conv2d", Nudge("stride", 0, 0.1, *ENDS)),
        ("bce", Nudge("y_hat", 0, 5.0, *ENDS)),
    ],
)
def test_what_cannot_be_nudged_is_told(name: str, nudge: Nudge) -> None:
    exercise, case = first(name)
    with pytest.raises(FieldError):
        nudge_data(exercise, case, nudge)


GOOD = {"name": "s", "place": 0, "h": 0.1, "ends": [-1, 1]}


@pytest.mark.parametrize(
    "change",
    [
        {"h": 0},
        {"h": float("nan")},
        {"h": "much"},
        {"h": 10**400},
        {"h": None},
        {"ends": [1, 1]},
        {"ends": [1]},
        {"ends": [0, float("inf")]},
        {"ends": None},
        {"place": "0"},
        {"name": 3},
    ],
)
def test_what_is_no_nudge_is_refused(change: dict[str, Any]) -> None:
    assert Nudge.read(GOOD) == Nudge("s", 0, 0.1, -1.0, 1.0)
    with pytest.raises(ValueError):  # noqa: PT011
        Nudge.read(GOOD | change)
    with pytest.raises(ValueError):  # noqa: PT011
        Nudge.read(None)
