"""Two gates in a row, in scalars (004 §2)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    return (x + y) * z


exercise = Exercise(
    title="Add, then multiply",
    source="004 §2",
    statement=(
        "Two gates in a row: q = x + y, then f = q·z; all of them Python floats. "
        "Given dout, the upstream gradient ∂L/∂f, return the gradients with respect to x, y and z, in this order. "
        "The note ends its graph at f, where dout is 1; here dout may be anything."
    ),
    formula=r"q = x + y, \quad f = q z",
    inputs=(Input("x", ""), Input("y", ""), Input("z", "")),
    out=Output("f", ""),
    gradients=("dx", "dy", "dz"),
    forward=forward,
    examples=(
        Example(
            "004 §2",
            {"x": -2, "y": 5, "z": -4},
            dout=1,
            printed={"f": "-12", "dx": "-4", "dy": "-4", "dz": "3"},
        ),
    ),
    edges=(
        Edge("q at 0", {"x": 3, "y": -3, "z": 2}, dout=-5, holds=lambda dout, x, y, z: x + y == 0),
        Edge("z at 0", {"x": 1, "y": 4, "z": 0}, dout=3, holds=lambda dout, x, y, z: z == 0),
    ),
    textbook="""
        q = x + y
        f = q * z
        dq = dout * z
        dz = dout * q
        dx = dq
        dy = dq

        dx = dout * z
        dy = dout * z
        dz = dout * (x + y)
    """,
    mistakes="""
        upstream-ignored: dout = 1.0
            There is no dout in {names}, as if the graph ended at f.
            The note's graph ends at f, so there the upstream gradient is 1. Here more may follow; start from dout
                instead of 1.
        not-swapped: dq = dout * q; dz = dout * z
            In {names} one factor of q·z stands where the other one belongs.
            A multiply gate swaps: q gets z, and z gets q.
        multiply-gate-skipped: dq = dout
            The factor z is missing from {names}.
            On the way back dout meets the multiply gate first, where q gets dout times z. That is what the sum passes
                on.
        multiply-rule-at-the-sum: dx = dq * y; dy = dq * x
            In {names} the other term of x + y is a factor, as if the sum were a product.
            q is a sum, so its slope is 1 along x and along y. Both get the gradient at q as it is.
        halved-at-the-sum: dx = dq / 2; dy = dq / 2
            In {names} there is only half of the gradient at q.
            A sum follows each of its inputs in full: both get the whole gradient at q.
        output-for-q: dz = dout * f
            dz has the output f as its factor, where q belongs.
            z's partner in the product is q = x + y. The output has z in it a second time.
        q-missing: dz = dout
            dz is dout itself: the factor q is missing.
            z enters through a product, so f moves q times as far as z does.
    """,
    hints=(
        "Go backward, one gate at a time. Which gate does dout meet first, and what are that gate's two inputs?",
        "At the multiply gate each factor gets dout times the other one: q gets z, and z gets q.",
        "The add gate hands on what arrived at q, unchanged, to x and to y. Nothing new has to be worked out there.",
    ),
    points=2,
)
