"""The hyperbolic tangent (beyond the notes)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(s: Tensor) -> Tensor:
    return s.tanh()


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
    textbook="""
        t = tanh(s)
        ds = dout * (1 - t**2)

        t = tanh(s)
        ds = dout * (1 + t) * (1 - t)

        ds = dout / cosh(s) ** 2
    """,
    mistakes="""
        slope-on-the-input: ds = dout * (1 - s**2)
            The slope in ds is 1 − s², with the input s in place of the output.
            The slope of tanh in terms of its output t is 1 − t²; s itself may be of any size.
        tanh-twice: ds = dout * (1 - tanh(t) ** 2)
            The slope in ds is 1 − tanh²(t), with one tanh too many.
            The output is tanh of s already: it goes into the slope as it is.
        sigmoid-rule: ds = dout * t * (1 - t)
            The slope in ds is t(1 − t), which is that of the sigmoid.
            tanh runs from −1 to 1, so its slope must vanish at both ends: (1 + t)(1 − t).
        square-missing: ds = dout * (1 - t)
            The slope in ds is 1 − t, without the square.
            tanh is odd, so its slope is the same at s and −s: the sign of t has to fall out.
        secant-not-squared: ds = dout / cosh(s)
            The slope in ds is 1/cosh s, without the square.
            The quotient rule for sinh s / cosh s leaves cosh² s below the line.
        output-for-slope: ds = dout * t
            ds has the output t as a factor, where its slope belongs.
            At s = 0 the output is 0, yet tanh is steepest there: the slope is 1 − t².
        upstream-ignored: dout = ones_like(dout)
            ds is the slope of tanh alone, without the upstream gradient.
            The slope says how t follows s; the upstream gradient says how the loss follows t. The gradient is their
                product.
    """,
    hints=(
        "Where is the curve steepest, and where is it flat? What is t at these places?",
        "Write tanh as sinh over cosh and use the quotient rule; sinh and cosh are each other's derivatives.",
        "What comes out is (cosh² − sinh²)/cosh², which is 1 less the square of the output.",
    ),
    points=2,
)
