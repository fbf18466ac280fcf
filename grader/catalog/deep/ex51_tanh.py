"""The hyperbolic tangent (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor


def forward(s: Tensor) -> Tensor:
    return s.tanh()


def slope_on_the_input(dout: Array, s: Array) -> Array:
    """The slope in ds is 1 − s², with the input s in place of the output.

    The slope of tanh in terms of its output t is 1 − t²; s itself may be of any size.
    """
    slope: Array = 1 - s**2
    return dout * slope


def tanh_twice(dout: Array, s: Array) -> Array:
    """The slope in ds is 1 − tanh²(t), with one tanh too many.

    The output is tanh of s already: it goes into the slope as it is.
    """
    slope: Array = 1 - np.tanh(np.tanh(s)) ** 2
    return dout * slope


def sigmoid_rule(dout: Array, s: Array) -> Array:
    """The slope in ds is t(1 − t), which is that of the sigmoid.

    tanh runs from −1 to 1, so its slope must vanish at both ends: (1 + t)(1 − t).
    """
    t: Array = np.tanh(s)
    slope: Array = t * (1 - t)
    return dout * slope


def square_missing(dout: Array, s: Array) -> Array:
    """The slope in ds is 1 − t, without the square.

    tanh is odd, so its slope is the same at s and −s: the sign of t has to fall out.
    """
    slope: Array = 1 - np.tanh(s)
    return dout * slope


def secant_not_squared(dout: Array, s: Array) -> Array:
    """The slope in ds is 1/cosh s, without the square.

    The quotient rule for sinh s / cosh s leaves cosh² s below the line.
    """
    cosh: Array = np.cosh(s)
    return dout / cosh


def output_for_slope(dout: Array, s: Array) -> Array:
    """ds has the output t as a factor, where its slope belongs.

    At s = 0 the output is 0, yet tanh is steepest there: the slope is 1 − t².
    """
    return dout * np.tanh(s)


def upstream_ignored(dout: Array, s: Array) -> Array:
    """ds is the slope of tanh alone, without the upstream gradient.

    The slope says how t follows s; the upstream gradient says how the loss follows t. The gradient is their product.
    """
    slope: Array = 1 - np.tanh(s) ** 2
    return slope


exercise = Exercise(
    title="tanh",
    source="beyond the notes",
    statement=(
        "t = tanh(s), element by element: an S-shaped curve through 0, from −1 to 1. "
        "The cache holds the output t, which is all that the slope needs. Return ds."
    ),
    formula=r"t = \tanh s = \frac{e^{s} - e^{-s}}{e^{s} + e^{-s}}",
    inputs=(Input("s"),),
    out=Output("t"),
    gradients=("ds",),
    forward=forward,
    examples=(Example("beyond the notes", {"s": [0, 1, -2, 0.5]}, dout=[4, -1, 3, -2]),),
    edges=(
        Edge(
            "s at ±1000",
            {"s": [1000, -1000, 1]},
            dout=[2, -3, 4],
            holds=lambda dout, s: bool((s == 1000).any() and (s == -1000).any()),
        ),
        Edge("s at 0", {"s": [0, 0]}, dout=[3, -5], holds=lambda dout, s: bool((s == 0).all())),
    ),
    misconceptions=(
        slope_on_the_input,
        tanh_twice,
        sigmoid_rule,
        square_missing,
        secant_not_squared,
        output_for_slope,
        upstream_ignored,
    ),
    hints=(
        "Where is the curve steepest, and where is it flat? What is t at these places?",
        "Write tanh as sinh over cosh and use the quotient rule; sinh and cosh are each other's derivatives.",
        "What comes out is (cosh² − sinh²)/cosh², which is 1 less the square of the output.",
    ),
    points=2,
)
