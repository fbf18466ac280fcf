"""A backward pass that is right nearly everywhere doesn't pass, whatever the seed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from grader import catalog
from grader.judging.judgement import judgement
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench

SEEDS = range(4)


@dataclass(frozen=True)
class Miss:
    """A worked solution with passages replaced, each an old and a new one."""

    name: str
    exercise: str
    edits: tuple[tuple[str, str], ...]

    def source(self) -> bytes:
        source = submissions.solution(catalog.get(self.exercise)).decode()
        for old, new in self.edits:
            assert source.count(old) == 1, f"{self.name}: {old!r}"
            source = source.replace(old, new)
        return source.encode()


ONE_LEADING_AXIS = ("leading = gradient.ndim - len(shape)", "leading = min(1, gradient.ndim - len(shape))")
FOR_A_ALONE = ONE_LEADING_AXIS[1].replace("min(1,", "min(1 if shape == a.shape else 9,")
FOR_B_ALONE = ONE_LEADING_AXIS[1].replace("min(1,", "min(1 if shape == b.shape else 9,")
POWER, RELU = "return (dout * n * a ** (n - 1),)", "return (dout if a > 0 else 0.0,)"
CHECK = "return bool(np.all(np.abs(gradient - numerical) <= tolerance * largest))"
RELU_CACHE = "    x, w1, z1, a1, w2, z2, a2, y = cache\n"
BRANCH_CACHE = "    dp = dout"


def clipped(at: str, cache: str, slope: str) -> tuple[tuple[str, str], ...]:
    """The edits that take the loss's slope at a ŷ that keeps a distance from 0 and 1."""
    return (
        (cache, f"{cache}    q = np.clip(y_hat, {at}, 1 - {at})\n"),
        (slope, slope.replace("y_hat", "q")),
    )


BCE = ("    y_hat, y = cache\n", "-y / y_hat + (1 - y) / (1 - y_hat)")
LOGISTIC = ("    x, w, y, y_hat = cache\n", "-y / y_hat + (1 - y) / (1 - y_hat)")

MISSES = [
    *(
        Miss(f"{z} above {threshold}", "relu_network", ((f"({z} > 0)", f"({z} > {threshold})"),))
        for z in ("z1", "z2")
        for threshold in (-0.3, -0.1, 0.02, 0.3, 0.5, 1)
    ),
    Miss("a lacks one axis at most", "broadcast_multiply", ((ONE_LEADING_AXIS[0], FOR_A_ALONE),)),
    Miss("b lacks one axis at most", "broadcast_multiply", ((ONE_LEADING_AXIS[0], FOR_B_ALONE),)),
    Miss("exp without dout", "engine", (("return (dout * out,)", "return (out,)"),)),
    Miss("exp with dout squared", "engine", (("return (dout * out,)", "return (dout * abs(dout) * out,)"),)),
    Miss("log without dout", "engine", (("return (dout / a,)", "return (1 / a,)"),)),
    Miss("log divided by dout", "engine", (("return (dout / a,)", "return (1 / dout / a,)"),)),
    Miss("log with dout cubed", "engine", (("return (dout / a,)", "return (dout**3 / a,)"),)),
    Miss("power of the size", "engine", ((POWER, "return (dout * n * abs(a) ** (n - 1),)"),)),
    Miss("power without dout", "engine", ((POWER, "return (n * a ** (n - 1),)"),)),
    Miss("ReLU without dout", "engine", ((RELU, "return (1.0 if a > 0 else 0.0,)"),)),
    Miss("ReLU without a mask", "engine", ((RELU, "return (dout,)"),)),
    Miss("strictly below", "gradient_check", ((CHECK, CHECK.replace("<=", "<")),)),
    Miss(
        "the whole image compared",
        "max_pool",
        (("is_largest = x[:, :, rows, columns] ==", "is_largest = x =="), ("dx[:, :, rows, columns] +=", "dx +=")),
    ),
    *(
        Miss(f"{axis} of the window from {start}", "max_pool", ((f"slice({start} * stride, ", f"slice({start}, "),))
        for axis, start in (("rows", "i"), ("columns", "j"))
    ),
    Miss(
        "nearly the largest",
        "max_pool",
        (
            (
                "x[:, :, rows, columns] == out[:, :, i, j, None, None]",
                "np.isclose(x[:, :, rows, columns], out[:, :, i, j, None, None])",
            ),
        ),
    ),
    Miss(
        "everything in float32",
        "relu_network",
        ((RELU_CACHE, f"{RELU_CACHE.replace('cache', 'map(np.float32, cache)')}    dout = np.float32(dout)\n"),),
    ),
    Miss("inputs in float32", "relu_network", ((RELU_CACHE, f"{RELU_CACHE}    x, w1 = map(np.float32, (x, w1))\n"),)),
    Miss("dout in float32", "branch_merge", ((BRANCH_CACHE, f"    dout = float(np.float32(dout))\n{BRANCH_CACHE}"),)),
    *(Miss(f"ŷ clipped at {at}", "bce", clipped(at, *BCE)) for at in ("0.04", "0.01", "1e-3")),
    *(Miss(f"ŷ clipped at {at}", "logistic", clipped(at, *LOGISTIC)) for at in ("0.04", "0.01", "1e-3")),
]


def verdicts(sandbox: Sandbox, miss: Miss) -> list[ExerciseResult]:
    """What the judge says on each seed."""
    benches = [bench(miss.exercise, seed) for seed in SEEDS]
    return [judgement(each, miss.name, sandbox.run(each.job(miss.source()))).result for each in benches]


@pytest.mark.parametrize("miss", [pytest.param(miss, id=f"{miss.exercise}: {miss.name}") for miss in MISSES])
def test_what_is_right_but_for_a_few_inputs_is_rejected(miss: Miss, sandbox: Sandbox) -> None:
    assert [result.status for result in verdicts(sandbox, miss)] == ["failed" for _ in SEEDS]


DIAGNOSED = {"ReLU without a mask": "mask-missing", "strictly below": "equal-zeros-rejected"}


@pytest.mark.parametrize("name", DIAGNOSED)
def test_what_has_a_claim_that_is_true_of_it_is_told_so(name: str, sandbox: Sandbox) -> None:
    (miss,) = (each for each in MISSES if each.name == name)
    told = [result.diagnosis.id if result.diagnosis else "" for result in verdicts(sandbox, miss)]
    assert told == [DIAGNOSED[name] for _ in SEEDS]


@pytest.mark.parametrize(
    ("name", "habit"),
    [
        ("bce", ("-y / y_hat + (1 - y) / (1 - y_hat)", "-y / (y_hat + 1e-8) + (1 - y) / (1 - y_hat + 1e-8)")),
        ("logistic", ("-y / y_hat + (1 - y) / (1 - y_hat)", "-y / (y_hat + 1e-8) + (1 - y) / (1 - y_hat + 1e-8)")),
        ("bce", ("-y / y_hat", "-y / np.clip(y_hat, 1e-7, 1 - 1e-7)")),
    ],
)
def test_a_habitual_epsilon_passes(name: str, habit: tuple[str, str], sandbox: Sandbox) -> None:
    assert {result.status for result in verdicts(sandbox, Miss("habit", name, (habit,)))} == {"passed"}
