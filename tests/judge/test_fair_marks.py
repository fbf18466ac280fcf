"""What passes of real people must be judged like: near forms, exceptions, conventions, tolerance; a row each."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from grader.sandbox.host.worker import Sandbox
from tests.judge.written import backward, edited, judged, says, screen


@dataclass(frozen=True)
class Outcome:
    """A submission, and what comes of it: points, a diagnosis, words that are on the screen, and words that aren't."""

    name: str
    exercise: str
    source: str
    points: float
    known: str | None
    words: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def several(exercise: str, *edits: tuple[str, str]) -> str:
    """The worked solution with several passages replaced."""
    source = edited(exercise, *edits[0])
    for old, new in edits[1:]:
        assert source.count(old) == 1, f"{exercise}: {old!r}"
        source = source.replace(old, new)
    return source


CROP = "dx = dpadded[:, :, pad : pad + H, pad : pad + W]"
PLACE = "dx = np.zeros((*padded.shape[:2], H, W)); dx[:] = dpadded[:, :, pad:-pad, pad:-pad]"
SHIFTED = """\
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_P[rows, labels].mean()"""
QUOTIENT = """\
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    log_P = np.log(powers / powers.sum(axis=1, keepdims=True))
    loss = -log_P[rows, labels].mean()"""
UNSHIFTED = """\
    powers = np.exp(logits)
    log_P = np.log(powers / powers.sum(axis=1, keepdims=True))
    loss = (np.log(powers.sum(axis=1)) - logits[rows, labels]).mean()"""
UPDATE = "        parameters = {name: parameters[name] - lr * gradients[name] for name in parameters}"
UPDATE_IN_PLACE = """\
        parameters = {name: each.copy() for name, each in parameters.items()}
        for name in parameters:
            parameters[name] -= lr * gradients[name]"""
KEPT = ('"b2": dlogits.sum(axis=0)', '"b2": dlogits.sum(axis=0, keepdims=True)')
AVERAGED = "X, W = cache\nm = len(X)\nreturn dout @ W.T, {}, dout.sum(axis=0)"
ROWS = """
    dbeta = dout.sum(axis=0, keepdims=True)
    dgamma = (dout * x_hat).sum(axis=0, keepdims=True)"""
RELU = "        return Value(max(self.data, 0.0), (self,), Value.relu_backward, (self.data,))"

OUTCOMES = (
    # The four published passes that were misjudged.
    Outcome(
        "the logarithm of a probability that underflows",
        "train",
        edited("train", SHIFTED, QUOTIENT),
        4.625,
        "probability-underflows",
        ("losses[0] is inf", "underflows to 0"),
        ("overflow", "largest logit"),
    ),
    Outcome(
        "no shift at all",
        "train",
        edited("train", SHIFTED, UNSHIFTED),
        3.875,
        "sum-overflows",
        ("is nan, PyTorch says", "Subtract each row's largest logit first"),
    ),
    Outcome(
        "softplus clipped at 20",
        "softplus",
        backward("softplus", "return dout / (1 + np.exp(-np.clip(cache, -20, 20)))"),
        2.0,
        None,
    ),
    Outcome(
        "a right ReLU in float32",
        "relu",
        backward("relu", "return (dout * (cache > 0)).astype(np.float32)"),
        1.9,
        None,
        ("dx is right, but in float32", "dx comes back as float32"),
    ),
    # Exceptions.
    Outcome(
        "an empty crop",
        "conv2d",
        edited("conv2d", CROP, CROP.replace("pad : pad + H, pad : pad + W", "pad:-pad, pad:-pad")),
        2.8,
        "empty-without-padding",
        ("dx has the shape (1, 1, 0, 0)",),
    ),
    Outcome(
        "a crop that raises",
        "conv2d",
        edited("conv2d", CROP, PLACE),
        2.8,
        "empty-without-padding",
        ("ValueError", "pad = 0"),
    ),
    Outcome(
        "1/m that divides by zero in NumPy",
        "affine",
        backward("affine", AVERAGED.format("X.T @ dout / m")),
        2.1,
        "weights-averaged",
        ("dW is wrong",),
    ),
    Outcome(
        "1/m that raises",
        "affine",
        backward("affine", AVERAGED.format("(1 / m) * X.T @ dout")),
        2.1,
        "weights-averaged",
        ("dW is wrong",),
        ("ZeroDivisionError",),
    ),
    Outcome(
        "rows that can't be counted without any",
        "affine",
        backward("affine", "X, W = cache\nX = X.reshape(len(X), -1)\nreturn dout @ W.T, X.T @ dout, dout.sum(axis=0)"),
        2.85,
        None,
        ("ValueError", "X = np.zeros((0, 3))"),
    ),
    Outcome(
        "db in a row",
        "affine",
        backward("affine", "X, W = cache\nreturn dout @ W.T, X.T @ dout, dout.sum(axis=0, keepdims=True)"),
        2.85,
        "bias-as-a-row",
        ("db is right but for its shape", "(1, 2), and needs (2,)"),
    ),
    Outcome(
        "db in a row, and rows that can't be counted",
        "affine",
        backward(
            "affine",
            "X, W = cache\nX = X.reshape(len(X), -1)\nreturn dout @ W.T, X.T @ dout, dout.sum(axis=0, keepdims=True)",
        ),
        2.85,
        "bias-as-a-row",
        ("db is right but for its shape",),
    ),
    Outcome(
        "a product that raises in some shapes",
        "two_layer",
        edited("two_layer", "np.outer(dz1, x)", "dz1 * x"),
        2.7,
        None,
        ("dW1 has the wrong shape", "da2, dz2, dW2, db2, da1, dz1 before it are right"),
        ("Look at",),
    ),
    Outcome(
        "a product that raises, and a key that is missing",
        "two_layer",
        several("two_layer", ("np.outer(dz1, x)", "dz1 * x"), ('        "db1": db1,\n', "")),
        2.4,
        None,
        ("db1 is missing from what you return",),
    ),
    # Conventions.
    Outcome(
        "a gate open at 0 in relu",
        "relu",
        backward("relu", "return dout * (cache >= 0)"),
        1.9,
        "open-at-zero",
        ("where x = 0",),
    ),
    Outcome(
        "a gate open at 0 in relu_network",
        "relu_network",
        several("relu_network", ("(z2 > 0)", "(z2 >= 0)"), ("(z1 > 0)", "(z1 >= 0)")),
        2.85,
        "open-at-zero",
    ),
    Outcome(
        "a gate open at 0 in two_layer_batch",
        "two_layer_batch",
        edited("two_layer_batch", "(Z1 > 0)", "(Z1 >= 0)"),
        3.8,
        "open-at-zero",
    ),
    Outcome(
        "a gate open at 0 in train",
        "train",
        edited("train", "(Z1 > 0)", "(Z1 >= 0)"),
        4.75,
        "open-at-zero",
        ("exactly 0",),
    ),
    # Nearly right forms.
    Outcome(
        "dgamma and dbeta in a row",
        "layernorm",
        edited(
            "layernorm",
            """
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)""",
            ROWS,
        ),
        3.8,
        "reshaped",
        ("dgamma and dbeta are right but for their shape", "(1, 3), and needs (3,)"),
    ),
    Outcome(
        "db in a row in train",
        "train",
        edited("train", *KEPT),
        4.75,
        None,
        ("gradients['b2'] has the shape (1, 2), and needs (2,)",),
        ("missing",),
    ),
    Outcome(
        "db in a row in train, added in place",
        "train",
        several("train", KEPT, (UPDATE, UPDATE_IN_PLACE)),
        4.75,
        None,
        ("train raises ValueError", "gradients['b2'] has the shape (1, 2), and needs (2,)"),
        ("missing",),
    ),
    Outcome(
        "an engine whose relu forgets its return",
        "engine",
        edited("engine", RELU, RELU.replace("return ", "")),
        3.3541,
        None,
        ("a = Value(2); z = a.relu(); z.backward()", "AttributeError"),
        ("lacks the key",),
    ),
    # Names.
    Outcome(
        "two mistakes in a batch",
        "two_layer_batch",
        several("two_layer_batch", (" / len(labels)\n", "\n"), ("dA1 * (Z1 > 0)", "dA1")),
        3.1,
        "mean-forgotten",
        ("Look at dZ1 next",),
    ),
    Outcome(
        "λc lost, λa not",
        "branch_merge",
        edited("branch_merge", "dc = dv * h + dout * lam * c", "dc = dv * h"),
        2.6625,
        "regularisation-dropped",
        ("data's share in dc,",),
    ),
    Outcome(
        "1/N lost in dw",
        "logistic_batch",
        edited("logistic_batch", '"dw": X.T @ ds', '"dw": X.T @ ds * len(y)'),
        2.325,
        "mean-forgotten",
        ("The factor 1/N is missing from dw.",),
    ),
    Outcome(
        "da1 made from da2",
        "relu_network",
        edited("relu_network", "dz2, dz2 * w2", "dz2, da2 * w2"),
        2.775,
        "no-masks",
        ("In da1",),
    ),
    Outcome(
        "da1 made from da2, between sigmoids",
        "two_layer",
        edited("two_layer", "W2.T @ dz2", "W2.T @ da2"),
        2.7,
        "outer-slope-missing",
        ("missing from da1",),
    ),
    # Facts that can be checked.
    Outcome(
        "a wrong subtraction",
        "engine",
        edited("engine", "return self + -as_value(other)", "return -self + as_value(other)"),
        1.6041,
        None,
        ("a = Value(2); b = Value(-3); z = a - b; z.backward()",),
    ),
)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_a_submission_is_marked_and_told_what_is_fair_and_true(outcome: Outcome, sandbox: Sandbox) -> None:
    result = judged(sandbox, outcome.exercise, outcome.source)
    says(result, "passed" if outcome.points == result.max_points else "failed", *outcome.words)
    shown = screen(result)
    assert not [each for each in outcome.absent if each in shown], shown
    assert result.points == pytest.approx(outcome.points, abs=1e-3), shown
    assert (result.diagnosis.id if result.diagnosis else None) == outcome.known, shown
