"""Softplus (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Tensor) -> Tensor:
    # In one function: max(x, 0) + log1p(e^(−|x|)) is as stable, but autograd then takes 0 for the slope at x = 0.
    return x.logaddexp(x.new_zeros(()))


def sigma(x: Array) -> Array:
    """The sigmoid of any x, without overflow; shape of x."""
    e = np.exp(-np.abs(x))
    output: Array = np.where(x >= 0, 1, e) / (1 + e)
    return output


def upstream_ignored(dout: Array, x: Array) -> Array:
    """dx is softplus's own slope, without the upstream gradient.

    That is how z follows x; to learn how the loss does, multiply it by the upstream gradient.
    """
    return sigma(x)


def one_derivative_too_far(dout: Array, x: Array) -> Array:
    """The slope in dx is σ·(1 − σ), which is that of the sigmoid.

    Softplus isn't the sigmoid: the sigmoid is already its slope. Don't differentiate a second time.
    """
    dx: Array = dout * sigma(x) * sigma(-x)
    return dx


def inner_derivative_missing(dout: Array, x: Array) -> Array:
    """The slope in dx is 1/(1 + e^x), the derivative of the logarithm alone.

    The chain rule asks for the derivative of 1 + e^x too. Without it the slope falls as x grows, yet softplus gets
    steeper and steeper.
    """
    dx: Array = dout * sigma(-x)
    return dx


def logarithm_missing(dout: Array, x: Array) -> Array:
    """The slope in dx is e^x, the derivative of what stands inside the logarithm alone.

    The logarithm has a derivative of its own, 1 over its argument. With it the slope never exceeds 1.
    """
    with np.errstate(over="ignore"):
        dx: Array = dout * np.exp(x)
    return dx


def slope_of_relu(dout: Array, x: Array) -> Array:
    """dx lets the gradient pass where x is positive and stops it elsewhere, as in ReLU.

    Softplus comes close to ReLU only far from 0. In between its slope rises smoothly from 0 to 1.
    """
    return dout * (x > 0)


def times_output(dout: Array, x: Array) -> Array:
    """dx has the output z as a factor, where its slope belongs.

    z grows without limit as x does, but z follows a large x one to one: there the slope is 1.
    """
    dx: Array = dout * np.logaddexp(0, x)
    return dx


def absolute_value_lost(dout: Array, x: Array) -> Array:
    """dx has the wrong sign where x is not positive.

    In max(x, 0) + ln(1 + e^(−|x|)) the second term rises there, as |x| falls. Or start from ln(1 + e^x), where nothing
    has two cases.
    """
    dx: Array = dout * ((x > 0) - sigma(-np.abs(x)))
    return dx


def kink_at_zero(dout: Array, x: Array) -> Array:
    """dx is 0 where x is 0, as if softplus had a corner there.

    max(x, 0) and |x| have a kink each, but in the sum the kinks cancel: ln(1 + e^x) is smooth, and not flat at 0.
    """
    dx: Array = dout * ((x > 0) - np.sign(x) * sigma(-np.abs(x)))
    return dx


def exponentials_overflow(dout: Array, x: Array) -> Array:
    """Where x is so far above 0 that e^x overflows, dx is no number.

    Infinity divided by infinity is nan. Divide above and below by e^x, and what is left can't become nan.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x)
        dx: Array = dout * e / (1 + e)
    return dx


exercise = Exercise(
    title="Softplus",
    source="beyond the notes",
    statement=(
        "Softplus is ReLU with its corner rounded: z = ln(1 + e^x), element by element. "
        "As e^x overflows for large x, the forward computes the same number as max(x, 0) + ln(1 + e^(−|x|)). "
        "Return the gradient of the loss with respect to x. "
        "It must be safe too: at x = 1000 the gradient is dout and at x = −1000 it is 0, not nan."
    ),
    formula=r"z_i = \ln(1 + e^{x_i})",
    inputs=(Input("x"),),
    out=Output("z"),
    gradients=("dx",),
    forward=forward,
    examples=(Example("beyond the notes, with numbers of ours", {"x": [1, -2, 3, 0.5]}, dout=[2, -1, 5, -4]),),
    edges=(
        Edge(
            "x at ±1000",
            {"x": [1000, -1000, 1]},
            dout=[2, -3, 4],
            holds=lambda dout, x: bool((x == 1000).any() and (x == -1000).any()),
        ),
        Edge("x at 0", {"x": [0, 0]}, dout=[4, -8], holds=lambda dout, x: bool((x == 0).all())),
    ),
    misconceptions=(
        upstream_ignored,
        one_derivative_too_far,
        inner_derivative_missing,
        logarithm_missing,
        slope_of_relu,
        times_output,
        absolute_value_lost,
        kink_at_zero,
        exponentials_overflow,
    ),
    hints=(
        "How steep is softplus far to the left, far to the right, and at 0? Then differentiate ln(1 + e^x), "
        "not the form that the forward computes: first the logarithm, then the inside.",
        "You get e^x / (1 + e^x). Which function that you know runs from 0 to 1 like this, with ½ in the middle?",
        "It is the sigmoid of x. Multiply each element of dout by its own. "
        "Where x is large, use the form that has e^(−x) in it in place of e^x.",
    ),
    points=2,
)
