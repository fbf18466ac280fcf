"""Binary cross-entropy, averaged over a mini-batch (004 §5.3)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, binary, probability


def forward(y_hat: Tensor, y: Tensor) -> Tensor:
    if_0 = (1 - y) * (1 - y_hat).log()
    log_p = y * y_hat.log() + if_0
    return -log_p.mean()


def stable(y_hat: Tensor, y: Tensor) -> Tensor:
    """In float64 the logarithm that a target of 0 or 1 leaves out, or its slope, is infinite here. So a form is drawn
    that has the other one alone: the mean of −log p, where p is ŷ for y = 1, and 1 − ŷ for y = 0.
    """
    is_target = ((y == 0) | (y == 1)).all()
    if not is_target or y_hat.min() < 0 or y_hat.max() > 1:
        # There it would be another function.
        return forward(y_hat, y)
    p = (1 - y) + (2 * y - 1) * y_hat
    return -p.log().mean()


def sure_and_wrong_and_right(dout: float, y_hat: Array, y: Array) -> bool:
    """Whether every prediction is sure, and for either target one is wrong and one right."""
    sure = np.abs(y_hat - 0.5) > 0.44
    wrong = np.abs(y_hat - y) > 0.5
    kinds = {(target, bool(is_wrong)) for target, is_wrong in zip(y, wrong, strict=True)}
    return bool(sure.all()) and len(kinds) == 4


exercise = Exercise(
    title="Binary cross-entropy",
    source="004 §5.3",
    statement=(
        "The loss of yes-or-no predictions, averaged over N samples: L = −1/N · Σ (y·log ŷ + (1 − y)·log(1 − ŷ)), "
        "with predictions ŷ strictly between 0 and 1 and targets y that are 0 or 1. "
        "Given dout, a number, return the gradient with respect to ŷ, with the shape (N,); the targets get none. "
        "The note treats one sample; the mean is ours. Its ŷ − y is the gradient before the sigmoid, not this one."
    ),
    formula=r"L = -\frac1N \sum_{n=1}^N \bigl( y_n \log \hat y_n + (1 - y_n) \log(1 - \hat y_n) \bigr)",
    inputs=(Input("y_hat", "N", probability), Input("y", "N", binary, constant=True)),
    out=Output("L", ""),
    gradients=("dy_hat",),
    forward=forward,
    stable=stable,
    examples=(
        Example("004 §5.4, ŷ = σ(1.4)", {"y_hat": [0.8021838885585818], "y": [1]}, dout=1),
        Example("004 §5.3, with numbers of ours", {"y_hat": [0.8, 0.2, 0.5, 0.6], "y": [1, 0, 0, 1]}, dout=1),
    ),
    edges=(
        Edge(
            "sure and wrong, sure and right",
            {"y_hat": [0.05, 0.95, 0.05, 0.95], "y": [1, 0, 0, 1]},
            dout=-2,
            holds=sure_and_wrong_and_right,
        ),
        Edge(
            "nearly 0 and nearly 1",
            {"y_hat": [0.0008, 0.9992, 0.0008, 0.9992], "y": [1, 0, 0, 1]},
            dout=-2,
            holds=lambda dout, y_hat, y: bool(y_hat.min() < 0.001 and y_hat.max() > 0.999),
        ),
        Edge(
            "one sample with target 0",
            {"y_hat": [0.75], "y": [0]},
            dout=3,
            holds=lambda dout, y_hat, y: y.tolist() == [0],
        ),
    ),
    textbook="""
        dy_hat = dout * (-y / y_hat + (1 - y) / (1 - y_hat)) / N

        dy_hat = dout * (y_hat - y) / (y_hat * (1 - y_hat)) / N
    """,
    mistakes="""
        fused-with-sigmoid: dy_hat = dout * (y_hat - y) / N
            dy_hat is (ŷ − y)/N times dout, which is the gradient at s, before the sigmoid.
            ŷ − y has the sigmoid's slope σ′(s) = ŷ(1 − ŷ) in it already. Here only the loss is asked.
        target-one-only: dy_hat = dout * (-y / y_hat) / N
            dy_hat is 0 wherever y = 0: only the term with y is in it.
            Where y = 0 the loss is −log(1 − ŷ), and it grows with ŷ.
        inner-derivative-lost: dy_hat = dout * (-y / y_hat - (1 - y) / (1 - y_hat)) / N
            dy_hat has the wrong sign where y = 0.
            log(1 − ŷ) falls as ŷ rises: its inner derivative is −1, and together with the minus before the sum it makes
                a plus.
        denominators-swapped: dy_hat = dout * (-y / (1 - y_hat) + (1 - y) / y_hat) / N
            In dy_hat the denominators have changed places: 1 − ŷ stands where y = 1, and ŷ where y = 0.
            Each logarithm leaves its own argument below the line: ŷ belongs to y, 1 − ŷ to 1 − y.
        mean-forgotten: dy_hat = dout * (-y / y_hat + (1 - y) / (1 - y_hat))
            dy_hat is the gradient of the sum over the samples: the factor 1/N is missing.
            The loss is a mean, so each sample moves it by one Nth.
        upstream-ignored: dout = 1.0
            dy_hat is the gradient of L by itself: there is no dout in it.
            The upstream gradient of a loss is often 1, but the loss may be weighted, or be one of several: multiply by
                dout.
    """,
    hints=(
        "Take one sample. With y = 1 the loss is −log ŷ, with y = 0 it is −log(1 − ŷ). What is the slope of each?",
        "They are −1/ŷ and 1/(1 − ŷ): mind the −1 inside the second logarithm. y and 1 − y choose between the two.",
        "Put both in one expression, weighted with y and 1 − y; then comes what belongs to all samples: 1/N and dout.",
    ),
    points=2,
    # A habitual epsilon of 1e-8 in the logarithm's slope passes; here ŷ comes down to 0.0008.
    rtol=2e-5,
)
