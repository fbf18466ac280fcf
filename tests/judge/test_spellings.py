"""One mistake costs the same and has one name, whether it raises an error, gives nan, or gives a wrong shape."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from grader import catalog
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.judge.written import judged, screen

SPELLINGS = {
    "raises": "raise ValueError('no')",
    "gives nan": "given[{place}] = np.full_like(np.asarray(given[{place}], dtype=float), np.nan)",
    "gives a wrong shape": "given[{place}] = np.zeros((7, 3))",
}


@dataclass(frozen=True)
class Mistake:
    """A gradient of an exercise that goes wrong where a condition of the forward's inputs holds."""

    exercise: str
    gradient: str
    where: str
    known: str | None = None

    def source(self, spelling: str) -> str:
        exercise = catalog.get(self.exercise)
        names = ", ".join(each.name for each in exercise.inputs)
        forward, backward = exercise.functions
        place = exercise.gradients.index(self.gradient)
        keyed = f"list(given[name] for name in {exercise.gradients!r})"
        return "\n".join(
            [
                submissions.solution(exercise).decode(),
                f"right_forward, right_backward = {forward}, {backward}",
                f"def {forward}({names}):",
                f"    out, cache = right_forward({names})",
                f"    return out, (cache, ({names},))",
                f"def {backward}(dout, cache):",
                f"    {names}, = cache[1]",
                "    given = right_backward(dout, cache[0])",
                f"    given = {keyed if exercise.network else 'list(given) if isinstance(given, tuple) else [given]'}",
                f"    if {self.where}:",
                f"        {SPELLINGS[spelling].format(place=place)}",
                f"    return dict(zip({exercise.gradients!r}, given))"
                if exercise.network
                else "    return given[0] if len(given) == 1 else tuple(given)",
            ]
        )


MISTAKES = (
    Mistake("conv2d", "dx", "pad == 0", "empty-without-padding"),
    Mistake("sigmoid", "ds", "(s < -700).any()", "exponentials-overflow"),
    Mistake("softplus", "dx", "(x > 700).any()", "exponentials-overflow"),
    Mistake("affine", "dW", "len(X) == 0"),
    Mistake("affine_sample", "dx", "len(b) == 1"),
    Mistake("broadcast_multiply", "db", "a.ndim > b.ndim"),
    Mistake("batchnorm", "dx", "len(x) == 2"),
    Mistake("attention", "dV", "len(Q) == 1"),
    Mistake("two_layer", "dW1", "len(x) == 1"),
    Mistake("max_pool", "dx", "stride == 1"),
    Mistake("relu", "dx", "(x == 0).any()"),
    Mistake("logistic_batch", "db", "len(y) == 1"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: f"{each.exercise}, where {each.where}")
def test_a_mistake_costs_the_same_and_has_one_name_however_it_is_spelt(mistake: Mistake, sandbox: Sandbox) -> None:
    results = [judged(sandbox, mistake.exercise, mistake.source(each)) for each in SPELLINGS]
    shown = "\n".join(map(screen, results))
    points = [each.points for each in results]
    assert max(points) - min(points) <= 0.1, shown
    assert max(points) < results[0].max_points, shown
    assert {each.diagnosis.id if each.diagnosis else None for each in results} == {mistake.known}, shown


OVERFLOWING = """
def sigmoid_forward(s):
    return 1 / (1 + np.exp(-np.clip(s, -700, 700))), s


def sigmoid_backward(dout, cache):
    {e}
    return dout * e / (1 + e) ** 2
"""


@pytest.mark.parametrize(
    "e", ["e = np.exp(-cache)", "import math; e = np.array([math.exp(-s) for s in cache.flat]).reshape(cache.shape)"]
)
def test_an_overflow_has_its_name_in_numpy_and_in_python(e: str, sandbox: Sandbox) -> None:
    result = judged(sandbox, "sigmoid", "import numpy as np\n" + OVERFLOWING.format(e=e))
    assert result.points == pytest.approx(1.55)
    assert result.diagnosis is not None
    assert result.diagnosis.id == "exponentials-overflow"
