"""The sigmoid (004 §5.2)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor


def forward(s: Tensor) -> Tensor:
    return s.sigmoid()


def exponentials_overflow(dout: Array, s: Array) -> Array:
    """Where s is so far below 0 that e^(−s) overflows, ds is no number.

    Infinity divided by infinity is nan. Written in terms of the output, σ·(1 − σ), the same slope can't overflow.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(-s)
        ds: Array = dout * e / (1 + e) ** 2
    return ds


exercise = Exercise(
    title="Sigmoid",
    source="004 §5.2",
    statement=(
        "The sigmoid squeezes every score into the range from 0 to 1: σ(s) = 1 / (1 + e^(−s)), element by element. "
        "Return the gradient of the loss with respect to s. "
        "Its slope can be written with nothing but the output σ, which is why the forward keeps that. "
        "Far from 0 the sigmoid is flat: at s = ±1000 the gradient is 0, not nan."
    ),
    formula=r"\sigma(s) = \frac{1}{1 + e^{-s}}",
    inputs=(Input("s"),),
    out=Output("sigma"),
    gradients=("ds",),
    forward=forward,
    examples=(
        Example(
            "004 §5.4",
            {"s": [1.4]},
            dout=[1],
            printed={"sigma": "0.8022"},
            also={"exp(−1.4)": ("0.2466", float(np.exp(-1.4)))},
        ),
        Example(
            "001 §4",
            {"s": [0.35, 0.47, 0.883]},
            dout=[1, 1, 1],
            printed={"sigma": "0.587 0.615 0.708", "ds": "0.242 0.237 0.207"},
        ),
    ),
    edges=(
        Edge(
            "s at ±1000",
            {"s": [-1000, 0, 1000]},
            dout=[2, -3, 4],
            holds=lambda dout, s: bool(np.isin([-1000, 1000], s).all()),
        ),
        Edge("s at 0", {"s": [0, 0]}, dout=[4, -8], holds=lambda dout, s: not s.any()),
    ),
    textbook="""
        sigma = sigmoid(s)
        ds = dout * sigma * (1 - sigma)

        sigma = sigmoid(s)
        ds = dout * (sigma - sigma**2)
    """,
    mistakes="""
        slope-at-the-score: ds = dout * s * (1 - s)
            ds has s·(1 − s) in it, with the score itself, where the sigmoid's slope belongs.
            The slope is σ·(1 − σ), where σ is the sigmoid's output at s.
        sigmoid-twice: ds = dout * sigmoid(sigma) * (1 - sigmoid(sigma))
            ds has the slope of the sigmoid at its output σ(s) in it, where the slope at s belongs.
            The forward has kept σ(s), and that is all that σ·(1 − σ) needs. What is the slope at s = 0?
        upstream-ignored: dout = ones_like(dout)
            ds is the sigmoid's own slope: there is no dout in it.
            That is how σ follows s; to learn how the loss does, multiply it by the upstream gradient.
        factor-missing: ds = dout * sigma
            The factor 1 − σ is missing from ds: it is dout times σ.
            The slope is a product of two factors, and dies out at both ends: where σ is near 0 and where it is near 1.
        slope-of-tanh: ds = dout * (1 - sigma**2)
            ds has 1 − σ² in it, the slope of another function.
            That is how tanh's slope looks in terms of its output; the sigmoid's is σ·(1 − σ).
        inner-derivative-missing: ds = dout * sigma**2
            The factor e^(−s) is missing from ds: it is dout times σ².
            The slope of the power in (1 + e^(−s))^(−1) is not all: the chain rule asks for the derivative of what
                stands inside, too.
    """,
    misconceptions=(exponentials_overflow,),
    hints=(
        "Differentiate (1 + e^(−s))^(−1) with the chain rule: first the power, then the inside.",
        "You get e^(−s) / (1 + e^(−s))². One factor is σ. What is the rest, e^(−s) / (1 + e^(−s)), in terms of σ?",
        "It is 1 − σ. So the local gradient is σ times 1 − σ, and each element of dout is multiplied by its own.",
    ),
    points=2,
)
