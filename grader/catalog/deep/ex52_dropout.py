"""Inverted dropout with a given mask (beyond the notes)."""

from grader.exercise import Drawing, Edge, Example, Exercise, Input, Output, Tensor, binary


def forward(x: Tensor, mask: Tensor, p: float) -> Tensor:
    return x * mask / (1 - p)


def chance(drawing: Drawing) -> float:
    """A chance of dropping in [0, 0.9], never ½, where p and 1 − p would look alike."""
    if drawing.whole:
        return float(drawing.rng.choice([0.2, 0.6, 0.75, 0.8]))
    return float(drawing.rng.choice([drawing.rng.uniform(0, 0.45), drawing.rng.uniform(0.55, 0.9)]))


exercise = Exercise(
    title="Dropout",
    source="beyond the notes",
    statement=(
        "Inverted dropout, as in training: x·mask / (1 − p), element by element. "
        "The mask holds a 1 where x is kept and a 0 where it is dropped; it is given, so nothing here is random. "
        "p is the chance of dropping, from 0 to 0.9, and the division keeps the mean as it was. "
        "Return dx; mask and p get no gradient."
    ),
    formula=r"\mathrm{out}_i = \frac{x_i \, m_i}{1 - p}",
    inputs=(Input("x"), Input("mask", draw=binary, constant=True), Input("p", "", chance, constant=True)),
    out=Output("out"),
    gradients=("dx",),
    forward=forward,
    examples=(Example("beyond the notes", {"x": [1, -2, 3, 4], "mask": [1, 0, 1, 0], "p": 0.75}, dout=[2, 5, -1, 3]),),
    edges=(
        Edge(
            "p = 0, all kept",
            {"x": [1, -2, 3], "mask": [1, 1, 1], "p": 0},
            dout=[4, -5, 6],
            holds=lambda dout, x, mask, p: bool(p == 0 and (mask == 1).all()),
        ),
        Edge(
            "all dropped",
            {"x": [1, -2, 3], "mask": [0, 0, 0], "p": 0.8},
            dout=[4, -5, 6],
            holds=lambda dout, x, mask, p: bool((mask == 0).all()),
        ),
        Edge(
            "x at 0, kept and dropped",
            {"x": [0, 0, 2], "mask": [1, 0, 1], "p": 0.6},
            dout=[3, 5, -2],
            holds=lambda dout, x, mask, p: {0, 1} == set(mask[x == 0]),
        ),
    ),
    textbook="""
        out = x * mask / (1 - p)
        dx = dout * mask / (1 - p)
    """,
    mistakes="""
        scale-missing: dx = dout * mask
            dx is dout times the mask, without the factor 1/(1 − p).
            What is kept is divided by 1 − p on the way forward, and so is its gradient.
        scaled-down: dx = dout * mask * (1 - p)
            dx has 1 − p as a factor, where it should be divided by it.
            The slope of x / (1 − p) is 1 / (1 − p): the gradient is scaled as the value was, not back.
        divided-by-p: dx = dout * mask / p
            dx is divided by p, the chance of dropping.
            The forward divides by the chance of keeping, 1 − p.
        mask-missing: dx = dout / (1 - p)
            dx lets the gradient through where x was dropped.
            A dropped x doesn't reach the output, so nothing comes back to it: use the mask again.
        mask-reversed: dx = dout * (1 - mask) / (1 - p)
            dx has a gradient where x was dropped, and 0 where it was kept.
            Here 1 keeps and 0 drops, though p is the chance of dropping.
        mask-from-output: dx = dout * (out != 0) / (1 - p)
            dx is 0 where x is 0, even if it was kept.
            An x that is 0 gives 0 whether it is kept or not. Only the mask knows.
        times-input: dx = dout * out
            dx has the output as a factor, where its slope belongs.
            The output is x times a factor; the slope in x is that factor alone, mask / (1 − p).
        upstream-ignored: dout = ones_like(dout)
            dx is the scaled mask alone, without the upstream gradient.
            The scaled mask is the local gradient; the upstream gradient has to pass through it.
    """,
    hints=(
        "The mask and p are constants. What is left is x_i times a number. Which number?",
        "Where the mask is 0 nothing passes, forward or backward; where it is 1, x is multiplied by 1/(1 − p).",
        "Do to the upstream gradient exactly what the forward did to x: the same mask, the same scale.",
    ),
    points=1,
)
