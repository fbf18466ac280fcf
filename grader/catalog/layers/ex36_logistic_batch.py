"""Logistic regression on a mini-batch (004 §5, §10)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Node, Output, Tensor, binary, either, smaller

weight = either(smaller(10), smaller(2))
"""Keeps the scores small."""


def forward(node: Node, X: Tensor, w: Tensor, b: Tensor, y: Tensor) -> Tensor:
    s = node("s", X @ w + b)
    y_hat = s.sigmoid()
    if_0 = (1 - y) * (1 - y_hat).log()
    log_p = y * y_hat.log() + if_0
    return -log_p.mean()


def stable(node: Node, X: Tensor, w: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """In float64 ŷ is 1 here, or so near to 0 that log ŷ or its slope is infinite. So a form is drawn that stays
    finite: −log ŷ = log(1 + e⁻ˢ) and −log(1 − ŷ) = log(1 + eˢ), by logaddexp. ŷ is not drawn.
    """
    s = node("s", X @ w + b)
    zero = s.new_zeros(())
    return (y * (-s).logaddexp(zero) + (1 - y) * s.logaddexp(zero)).mean()


def accept(X: Array, w: Array, b: float, y: Array) -> bool:
    # Beyond that 1 − ŷ loses more in float32 than its tolerance allows.
    return bool(np.all(np.abs(X @ w + b) < 4))


exercise = Exercise(
    title="Logistic regression, mini-batch",
    source="004 §5, §10",
    statement=(
        "Logistic regression on N samples at once: s = X·w + b, ŷ = σ(s), "
        "and the mean over the samples of −(y·log ŷ + (1 − y)·log(1 − ŷ)). "
        "Each row of X is a sample; w is a vector (D,), b one number for all, y holds N labels 0 or 1. "
        "Return the gradient at the scores s, and those of X, w and b. "
        "What is shared by the samples gathers a gradient from each; the mean is taken once."
    ),
    formula=(
        r"s = X w + b, \quad \hat y = \sigma(s), \quad "
        r"L = -\frac{1}{N} \sum_n \bigl(y_n \log \hat y_n + (1 - y_n) \log(1 - \hat y_n)\bigr)"
    ),
    inputs=(
        Input("X", "N D"),
        Input("w", "D", weight),
        Input("b", "", weight),
        Input("y", "N", binary, constant=True),
    ),
    out=Output("L", ""),
    gradients=("ds", "dX", "dw", "db"),
    network=True,
    forward=forward,
    stable=stable,
    accept=accept,
    examples=(
        Example(
            "004 §5.4",
            {"X": [[2, -1]], "w": [0.3, -0.7], "b": 0.1, "y": [1]},
            printed={
                "s": "1.4",
                "ds": "-0.1978",
                "dX": "-0.0593 0.1385",
                "dw": "-0.3956 0.1978",
                "db": "-0.1978",
            },
        ),
        Example(
            "004 §5, with numbers of ours",
            {"X": [[2, -1], [1, 3], [-4, 2]], "w": [0.5, -0.5], "b": 0.5, "y": [1, 0, 1]},
        ),
    ),
    edges=(
        Edge(
            "every label 0",
            {"X": [[2, -1], [1, 3]], "w": [0.5, -0.2], "b": 0.1, "y": [0, 0]},
            dout=-2,
            holds=lambda dout, X, w, b, y: len(y) > 1 and not y.any(),
        ),
        Edge(
            "every label 1",
            {"X": [[2, -1], [1, 3]], "w": [0.5, -0.2], "b": 0.1, "y": [1, 1]},
            dout=-2,
            holds=lambda dout, X, w, b, y: len(y) > 1 and bool(y.all()),
        ),
        Edge(
            "w and b at 0",
            {"X": [[2, -1], [1, 3], [5, 4]], "w": [0, 0], "b": 0, "y": [1, 0, 0]},
            dout=3,
            holds=lambda dout, X, w, b, y: not w.any() and b == 0,
        ),
    ),
    textbook="""
        s = X @ w + b
        y_hat = sigmoid(s)
        ds = dout * (y_hat - y) / N
        dX = outer(ds, w)
        dw = X.T @ ds
        db = ds.sum()

        s = X @ w + b
        y_hat = sigmoid(s)
        dy_hat = dout * (-y / y_hat + (1 - y) / (1 - y_hat)) / N
        ds = dy_hat * (y_hat * (1 - y_hat))
        dX = ds[:, None] * w
        dw = ds @ X
        db = ds.sum()
    """,
    mistakes="""
        mean-forgotten: ds = dout * (y_hat - y)
            The factor 1/N is missing from {names}.
            The loss is a mean over N samples, so each of them counts for 1/N of it.
        mean-at-the-weights: ds = dout * (y_hat - y); dw = X.T @ ds / N; db = ds.mean()
            The factor 1/N is missing from ds, the first place where it belongs.
            The mean belongs to the loss, the forward's last node, so it comes first going back: ds has it, and hands it
                on.
        averaged-twice: dw = X.T @ ds / N; db = ds.mean()
            The factor 1/N is in {names} twice.
            w and b are shared by all samples, so their gradients add up. The mean is taken once, in the loss, and ds
                has it.
        bias-averaged: db = ds.mean()
            The factor 1/N is in db twice.
            One b is added to all scores, so their gradients add up: db is the sum of ds, which has the 1/N already.
        bias-not-summed: db = ds
            db is not summed: it has a number for each sample.
            One b is added to all scores, so it gathers the gradients of all of them: a sum, a single number.
        error-reversed: ds = dout * (y - y_hat) / N
            ds has the wrong sign, as the error y − ŷ would give it.
            The loss falls as ŷ rises towards y = 1, so the gradient at such a score must be negative.
        slope-twice: ds = dout * (y_hat - y) * y_hat * (1 - y_hat) / N
            In ds the error ŷ − y is multiplied by the sigmoid's slope.
            ŷ − y is what is left after that slope has cancelled against the loss: it is in there already.
        score-for-prediction: ds = dout * (s - y) / N
            ds has s − y in it, where ŷ − y belongs.
            The error is between the probability ŷ = σ(s) and the label; a score itself may be any number.
        label-forgotten: ds = dout * y_hat / N
            ds is ŷ/N times dout: the labels are not in it.
            Both terms of the cross-entropy have a share: where y = 1 the gradient is ŷ − 1, and where y = 0 it is ŷ.
        upstream-ignored: dout = 1.0
            There is no dout in {names}, as if the graph ended at L.
            The loss may be one term of a larger one; dout says how much it counts there, and multiplies everything.
    """,
    hints=(
        "Take one sample first: at its score everything cancels but a difference. What does the mean over N add?",
        "Each score's gradient is ŷ − y, times 1/N for the mean, times dout. "
        "From there it is an affine layer with one output: mind which variables the samples share.",
        "Row n of dX is w, scaled by ds_n. dw is the sum of X's rows, each scaled by its ds_n; db is the sum of ds.",
    ),
    points=3,
    # A habitual epsilon of 1e-8 in the logarithm's slope passes, as in bce.
    rtol=1e-6,
)
