"""Logistic regression on one sample, node by node (004 §5)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Node, Output, Tensor, binary, either, smaller

weight = either(smaller(10))
"""Keeps the score small."""


def forward(node: Node, x: Tensor, w: Tensor, b: Tensor, y: Tensor) -> Tensor:
    s = node("s", (w * x).sum() + b)
    y_hat = node("y_hat", s.sigmoid())
    if_0 = (1 - y) * (1 - y_hat).log()
    log_p = y * y_hat.log() + if_0
    return -log_p


def stable(node: Node, x: Tensor, w: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """In float64 ŷ is 1 here, or so near to 0 that log ŷ or its slope is infinite. So a form is drawn that stays
    finite: −log ŷ = log(1 + e⁻ˢ) and −log(1 − ŷ) = log(1 + eˢ), by logaddexp. ŷ and its gradient are not drawn.
    """
    s = node("s", (w * x).sum() + b)
    zero = s.new_zeros(())
    return y * (-s).logaddexp(zero) + (1 - y) * s.logaddexp(zero)


def accept(x: Array, w: Array, b: float, y: float) -> bool:
    return abs(float(w @ x) + b) < 6


def prediction(x: Array, w: Array, b: float) -> float:
    """ŷ, the sigmoid of the score."""
    return 1 / (1 + float(np.exp(-(w @ x + b))))


exercise = Exercise(
    title="Logistic regression, node by node",
    source="004 §5",
    statement=(
        "A score, a sigmoid and a loss: s = wᵀx + b, ŷ = σ(s) and the binary cross-entropy "
        "L = −(y·log ŷ + (1 − y)·log(1 − ŷ)), for one sample with the label y = 0 or 1. "
        "Walk back from L and return the gradient at ŷ, at s, and then of w, x and b. "
        "x and w are vectors of the same length; everything else is a number. "
        "At s most of it cancels, and something very short is left."
    ),
    formula=r"s = w^T x + b, \quad \hat y = \sigma(s), \quad L = -\bigl(y \log \hat y + (1 - y) \log(1 - \hat y)\bigr)",
    inputs=(
        Input("x", "D"),
        Input("w", "D", weight),
        Input("b", "", weight),
        Input("y", "", binary, constant=True),
    ),
    out=Output("L", ""),
    gradients=("dy_hat", "ds", "dw", "dx", "db"),
    network=True,
    forward=forward,
    stable=stable,
    accept=accept,
    examples=(
        Example(
            "004 §5.4",
            {"x": [2, -1], "w": [0.3, -0.7], "b": 0.1, "y": 1},
            printed={
                "s": "1.4",
                "y_hat": "0.8022",
                "ds": "-0.1978",
                "dw": "-0.3956 0.1978",
                "dx": "-0.0593 0.1385",
                "db": "-0.1978",
            },
        ),
    ),
    edges=(
        Edge(
            "y at 0", {"x": [2, -1], "w": [0.3, -0.7], "b": 0.1, "y": 0}, dout=-2, holds=lambda dout, x, w, b, y: y == 0
        ),
        Edge(
            "y at 1", {"x": [2, -1], "w": [0.3, -0.7], "b": 0.1, "y": 1}, dout=-2, holds=lambda dout, x, w, b, y: y == 1
        ),
        Edge(
            "sure and wrong",
            {"x": [1, 2], "w": [1, 2], "b": 0, "y": 0},
            dout=3,
            holds=lambda dout, x, w, b, y: abs(prediction(x, w, b) - y) > 0.99,
        ),
        Edge(
            "sure and wrong, with y_hat below 0.001",
            {"x": [1, 2], "w": [-1, -3], "b": 0, "y": 1},
            dout=-2,
            holds=lambda dout, x, w, b, y: prediction(x, w, b) < 0.001 and y == 1,
        ),
        Edge(
            "sure and wrong, with y_hat above 0.999",
            {"x": [1, 2], "w": [1, 3], "b": 0, "y": 0},
            dout=-2,
            holds=lambda dout, x, w, b, y: prediction(x, w, b) > 0.999 and y == 0,
        ),
    ),
    textbook="""
        s = w @ x + b
        y_hat = sigmoid(s)
        dy_hat = dout * (-y / y_hat + (1 - y) / (1 - y_hat))
        ds = dy_hat * (y_hat * (1 - y_hat))
        dw = ds * x
        dx = ds * w
        db = ds

        s = w @ x + b
        y_hat = sigmoid(s)
        dy_hat = dout * (y_hat - y) / (y_hat * (1 - y_hat))
        ds = dout * (y_hat - y)
        dw = ds * x
        dx = ds * w
        db = ds
    """,
    mistakes="""
        error-reversed: ds = dout * (y - y_hat)
            ds has the wrong sign, as the error y − ŷ would give it.
            The loss falls as ŷ rises towards y = 1, so the gradient at the score must be negative there.
        slope-twice: ds = dout * (y_hat - y) * y_hat * (1 - y_hat)
            In ds the error ŷ − y is multiplied by the sigmoid's slope.
            ŷ − y is what is left after that slope has cancelled against the loss: it is in there already.
        slope-missing: ds = dy_hat
            The sigmoid's slope is missing from ds.
            Between ŷ and the score stands the sigmoid, whose slope is ŷ·(1 − ŷ).
        score-for-prediction: ds = dout * (s - y)
            ds has s − y in it, where ŷ − y belongs.
            The error is between the probability ŷ = σ(s) and the label; the score itself may be any number.
        fused-too-early: dy_hat = dout * (y_hat - y); ds = dy_hat
            dy_hat is ŷ − y times dout, which belongs one node further on.
            ŷ − y is the gradient at the score s. At ŷ the logarithms still have their own: −y/ŷ + (1 − y)/(1 − ŷ).
        squared-error: dy_hat = dout * (y_hat - y)
            dy_hat is ŷ − y times dout, as it would be for the squared error ½(ŷ − y)².
            The loss here is the cross-entropy; differentiate its logarithms.
        one-label-only: dy_hat = dout * (-y / y_hat)
            dy_hat is 0 when y = 0: only −y/ŷ is in it.
            The loss has a second term, (1 − y)·log(1 − ŷ), which is all that counts when y = 0.
        inner-minus-lost: dy_hat = dout * (-y / y_hat - (1 - y) / (1 - y_hat))
            dy_hat has the wrong sign when y = 0.
            In log(1 − ŷ) the inner derivative is −1; with the minus before the loss it makes a plus: (1 − y)/(1 − ŷ).
        factors-not-swapped: dw = ds * w; dx = ds * x
            In {names} the vector itself is the factor, where the other one belongs.
            A product hands each factor the value of the other one: w gets x, and x gets w.
        upstream-ignored: dout = 1.0
            There is no dout in {names}, as if the graph ended at L.
            It is the first factor of the chain: multiply the slope at ŷ by dout, and the rest follows.
    """,
    hints=(
        "Start at the loss. Only ŷ moves; y is fixed. What is the slope of each logarithm, and what is inside it?",
        "At ŷ the slope is −y/ŷ + (1 − y)/(1 − ŷ). The sigmoid multiplies it by ŷ·(1 − ŷ): expand, and much cancels.",
        "At s only ŷ − y is left, times dout. Then s = wᵀx + b is a product and a sum: w gets x, x gets w, b gets 1.",
    ),
    points=3,
    # A habitual epsilon of 1e-8 in the logarithm's slope passes, as in bce; here ŷ comes down to 0.0009.
    rtol=2e-5,
    # Near ŷ = 0 and ŷ = 1 the gradient at ŷ magnifies float32's rounding beyond its tolerance.
    float32=False,
)
