"""A mistake that is in no bank gets a diagnosis that is true of it, or none."""

from __future__ import annotations

import pytest

from grader.sandbox.host.worker import Sandbox
from tests.judge.written import backward, edited, judged, screen

AB, XW, P, L2, NEURON = "a, b = cache\n", "X, W = cache\n", "p, y = cache\n", "w, lam = cache\n", "w, x, d = cache\n"

UNKNOWN = [
    ("square", "return dout**2 * cache", ""),
    ("square", "return 3 * dout * cache**2", ""),
    ("square", "return cache + dout", ""),
    ("square", "return dout", "upstream-returned"),
    ("add", "return dout, -dout", "sign-flipped"),
    ("add", "return dout, 0 * dout", "all-zero"),
    ("add", "return dout**2, dout**2", ""),
    ("add", "return dout, dout / 3", "constant-factor"),
    ("multiply", AB + "return dout * b**2, dout * a", ""),
    ("multiply", AB + "return dout / a, dout / b", ""),
    ("multiply", AB + "return dout * np.abs(b), dout * np.abs(a)", ""),
    ("multiply", AB + "return dout * b, dout * a * b**2", ""),
    ("multiply", AB + "return dout * b, dout * a * b", "product-used"),
    ("multiply", AB + "return b**2, dout * a", "ignores-dout"),
    ("multiply", AB + "return b, dout * a", "upstream-ignored"),
    ("multiply", AB + "return a * b, dout * a", "forward-returned"),
    ("multiply", AB + "return dout * b, dout * b", "not-swapped"),
    ("add_multiply", "q, z = cache\nreturn dout * z, dout * z, dout * q**2", ""),
    ("add_multiply", "q, z = cache\nreturn dout + z, dout + z, dout + q", ""),
    ("add_multiply", "q, z = cache\nreturn dout * z, dout * z, -dout * q", "sign-flipped"),
    ("copy", "return dout[0] - dout[1]", ""),
    ("copy", "return 2 * dout[0]", ""),
    ("max", AB + "return dout * a, dout * b", ""),
    ("max", AB + "t = np.where(a == b, 2, a > b)\nreturn t * dout, (1 - t) * dout", ""),
    ("relu", "return dout**2", ""),
    ("relu", "return dout * cache**2", ""),
    ("relu", "return np.abs(dout) * (cache > 0)", ""),
    ("relu", "return dout * (cache < 0)", ""),
    ("relu", "return dout * np.sign(cache)", ""),
    ("relu", "return dout * np.where(cache > 0, 1, 0.01)", ""),
    ("relu", "return dout * (cache > 0) + 0.001", ""),
    ("relu", "return dout * (cache.mean() > 0)", ""),
    ("relu", "return np.random.normal(size=cache.shape)", ""),
    ("relu", "return dout / 2 * (cache > 0)", "constant-factor"),
    ("relu", "return np.zeros_like(dout)", "all-zero"),
    ("relu", "return np.ones_like(dout)", "ignores-dout"),
    ("relu", "return np.full_like(dout, np.nan)", ""),
    ("relu", "return (dout * (cache > 0)).ravel()", "reshaped"),
    ("relu", "return (dout * (cache > 0)).astype(np.float16)", ""),
    ("sigmoid", "return dout * np.sqrt(cache * (1 - cache))", ""),
    ("sigmoid", "return dout * cache * (1 + cache)", ""),
    ("sigmoid", "return dout.sum() * cache * (1 - cache)", ""),
    ("sigmoid", "return np.round(dout * cache * (1 - cache), 6)", "low-precision"),
    ("bce", P + "return dout * (p - y) ** 2", ""),
    ("bce", P + "return dout * ((1 - y) / (1 - p) - y / p) / (len(y) + 1)", ""),
    ("l2", L2 + "return dout * lam * w**2", ""),
    ("l2", L2 + "return dout * lam**2 * w", ""),
    ("l2", L2 + "return dout * lam * np.linalg.norm(w)", ""),
    ("affine_sample", "W, x = cache\nreturn np.outer(dout, x) ** 2, W.T @ dout, dout", ""),
    ("affine", XW + "return dout @ W.T, X.T @ np.abs(dout), dout.sum(axis=0)", ""),
    ("affine", XW + "return dout @ W.T, X.T @ dout, dout.sum(axis=0) / 2", "constant-factor"),
    ("affine", XW + "return dout @ W.T, X.T @ dout * len(X), dout.sum(axis=0)", ""),
    ("affine", XW + "return dout @ W.T + X, X.T @ dout + W, dout.sum(axis=0) + 1", ""),
    ("affine", XW + "return X.T @ dout, dout @ W.T, dout.sum(axis=0)", "out-of-order"),
    ("affine", XW + "return dout @ W.T, X.T @ dout, dout.sum(axis=0)[:, None]", "reshaped"),
    ("softmax_cross_entropy", "p, labels = cache\nreturn dout * p * (1 - p)", ""),
    ("linear_neuron", NEURON + "return dict.fromkeys(['dd', 'da', 'dc', 'dw', 'dx', 'db'], 0.0)", "all-zero"),
    (
        "linear_neuron",
        NEURON + "return dict(dd=d**3, da=d**3, dc=d**3, dw=d**3 * x, dx=d**3 * w, db=d**3)",
        "ignores-dout",
    ),
]


@pytest.mark.parametrize(("name", "body", "expected"), UNKNOWN)
def test_an_unknown_mistake_is_named_by_what_its_numbers_show(
    name: str, body: str, expected: str, sandbox: Sandbox
) -> None:
    result = judged(sandbox, name, backward(name, body))
    assert result.status == "failed"
    assert [each.diagnosis.id for each in result.findings if each.diagnosis] == ([expected] if expected else []), (
        screen(result)
    )


def test_a_network_with_one_layer_transposed_is_told_of_this_one_alone(sandbox: Sandbox) -> None:
    result = judged(sandbox, "two_layer", edited("two_layer", "np.outer(dz1, x)", "np.outer(dz1, x).T"))
    assert result.diagnosis is not None
    assert (result.diagnosis.id, result.diagnosis.gradient) == ("outer-products-reversed", "dW1")
    assert "in dW1:" in result.diagnosis.claim
    assert "dW2" not in result.diagnosis.claim


@pytest.mark.parametrize(
    "body",
    [
        "return 1.0 * (a >= b), dout * (a < b)",
        "return dout * ((a > b) + 0.5 * (a == b)) * 1.5, dout * ((a < b) + 0.5 * (a == b))",
        "return dout * (a >= b) * (1 - 1e-9), dout * (a < b)",
    ],
)
def test_a_share_at_a_tie_does_not_answer_for_a_wrong_one(body: str, sandbox: Sandbox) -> None:
    result = judged(sandbox, "max", backward("max", f"a, b = cache\n{body}"))
    failed = {check.name.split()[0] for check in result.checks if check.status == "failed"}
    assert failed == {"da"}, screen(result)
