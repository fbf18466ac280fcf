"""Softplus (beyond the notes)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Tensor) -> Tensor:
    # In one function: max(x, 0) + log1p(e^(−|x|)) is as stable, but autograd then takes 0 for the slope at x = 0.
    return x.logaddexp(x.new_zeros(()))


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
    textbook="""
        z = maximum(x, 0) + log1p(exp(-abs(x)))
        dx = dout * sigmoid(x)

        dx = dout / (1 + exp(-x))

        dx = dout * ((x > 0) - where(x > 0, 1, -1) * exp(-abs(x)) / (1 + exp(-abs(x))))
    """,
    mistakes="""
        upstream-ignored: dout = ones_like(dout)
            dx is softplus's own slope, without the upstream gradient.
            That is how z follows x; to learn how the loss does, multiply it by the upstream gradient.
        one-derivative-too-far: dx = dout * sigmoid(x) * (1 - sigmoid(x))
            The slope in dx is σ·(1 − σ), which is that of the sigmoid.
            Softplus isn't the sigmoid: the sigmoid is already its slope. Don't differentiate a second time.
        inner-derivative-missing: dx = dout / (1 + exp(x))
            The slope in dx is 1/(1 + e^x), the derivative of the logarithm alone.
            The chain rule asks for the derivative of 1 + e^x too. Without it the slope falls as x grows, yet softplus
                gets steeper and steeper.
        logarithm-missing: dx = dout * exp(x)
            The slope in dx is e^x, the derivative of what stands inside the logarithm alone.
            The logarithm has a derivative of its own, 1 over its argument. With it the slope never exceeds 1.
        slope-of-relu: dx = dout * (x > 0)
            dx lets the gradient pass where x is positive and stops it elsewhere, as in ReLU.
            Softplus comes close to ReLU only far from 0. In between its slope rises smoothly from 0 to 1.
        times-output: dx = dout * z
            dx has the output z as a factor, where its slope belongs.
            z grows without limit as x does, but z follows a large x one to one: there the slope is 1.
        absolute-value-lost: dx = dout * ((x > 0) - exp(-abs(x)) / (1 + exp(-abs(x))))
            dx has the wrong sign where x is not positive.
            In max(x, 0) + ln(1 + e^(−|x|)) the second term rises there, as |x| falls. Or start from ln(1 + e^x), where
                nothing has two cases.
        kink-at-zero: dx = dout * ((x > 0) - sign(x) * exp(-abs(x)) / (1 + exp(-abs(x))))
            dx is 0 where x is 0, as if softplus had a corner there.
            max(x, 0) and |x| have a kink each, but in the sum the kinks cancel: ln(1 + e^x) is smooth, and not flat at
                0.
        exponentials-overflow: dx = dout * exp(x) / (1 + exp(x))
            Where x is so far above 0 that e^x overflows, dx is no number.
            Infinity divided by infinity is nan. Divide above and below by e^x, and what is left can't become nan.
    """,
    hints=(
        "How steep is softplus far to the left, far to the right, and at 0? Then differentiate ln(1 + e^x), "
        "not the form that the forward computes: first the logarithm, then the inside.",
        "You get e^x / (1 + e^x). Which function that you know runs from 0 to 1 like this, with ½ in the middle?",
        "It is the sigmoid of x. Multiply each element of dout by its own. "
        "Where x is large, use the form that has e^(−x) in it in place of e^x.",
    ),
    points=2,
)
