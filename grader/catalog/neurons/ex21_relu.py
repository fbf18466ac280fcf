"""ReLU (004 §8)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Tensor) -> Tensor:
    return x.relu()


exercise = Exercise(
    title="ReLU",
    source="004 §8",
    statement=(
        "ReLU keeps what is positive and stops the rest: z = max(x, 0), element by element. "
        "Its Jacobian is diagonal, so the vector–Jacobian product is an elementwise one: "
        "each element of the upstream gradient either passes or stops. "
        "At x = 0 the gradient is taken to be 0."
    ),
    formula=r"z_i = \max(x_i, 0)",
    inputs=(Input("x"),),
    out=Output("z"),
    gradients=("dx",),
    forward=forward,
    examples=(
        Example("004 §8.2", {"x": [1, -2, 3, -1]}, dout=[4, -1, 5, 9], printed={"z": "1 0 3 0", "dx": "4 0 5 0"}),
    ),
    edges=(
        Edge(
            "x at 0",
            {"x": [0, 1, 0, -1]},
            dout=[2, -3, -4, 5],
            holds=lambda dout, x: bool((x == 0).any()),
            convention=True,
        ),
    ),
    textbook="""
        z = maximum(x, 0)
        dx = dout * (x > 0)

        dx = where(x > 0, dout, 0)
    """,
    mistakes="""
        mask-on-dout: dx = dout * (dout > 0)
            You masked on the upstream gradient.
            The mask is where the input x is positive; dout may have any sign there.
        mask-on-both: dx = dout * (x > 0) * (dout > 0)
            dx lets the gradient through only where x and dout are both positive.
            That is guided backpropagation, a way to draw pictures. The gradient asks about x alone: a negative dout
                passes too.
        upstream-ignored: dout = ones_like(dout)
            dx is the local gradient alone: there is no dout in it, only ones and zeros.
            The local gradient says how z follows x; multiply it by the upstream gradient to learn how the loss does.
        open-at-zero: dx = dout * (x >= 0)
            Your mask lets the gradient through at x = 0.
            There the notes and PyTorch both take 0: the gradient passes only where x is greater than 0.
        times-output: dx = dout * z
            dx has ReLU's output z as a factor, where its slope belongs.
            Where x is positive z = x, so the slope is 1, whatever the size of x.
    """,
    hints=(
        "Nudge one x up a little. When does z follow, and how far?",
        "Where x is positive, z moves exactly as x does; elsewhere it doesn't move. "
        "So the local gradient is 1 or 0, a mask.",
        "Build the mask from x, not from dout, and multiply the upstream gradient by it. At x = 0 the mask is 0.",
    ),
    points=2,
)
