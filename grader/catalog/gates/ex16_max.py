"""The max gate (004 §4.4)."""

from collections.abc import Mapping

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor


def forward(a: Tensor, b: Tensor) -> Tensor:
    return a.maximum(b)


def no_tie(a: Array, b: Array) -> bool:
    """Whether a and b differ everywhere."""
    return bool(np.all(a != b))


def settle(
    got: Mapping[str, Array], expected: Mapping[str, Array], dout: Array, a: Array, b: Array
) -> dict[str, Array]:
    """At a tie da = t·dout and db = (1 − t)·dout, for the t in [0, 1] that comes nearest to what is given.

    Where da is no share, or is wrong where there is no tie, db may be right by itself.
    """
    least, most = np.minimum(dout, 0), np.maximum(dout, 0)
    half = dout / 2
    da, db = got.get("da", half), got.get("db", half)
    tie = a == b
    is_right = bool(np.all(np.isclose(da, expected["da"], rtol=1e-12, atol=0)[~tie]))
    given = np.where(is_right & (least <= da) & (da <= most), da, dout - db)
    # A nan is nearest to nothing, and must stay wrong.
    nearest = np.clip(np.nan_to_num(given), least, most)
    return {"da": np.where(tie, nearest, expected["da"]), "db": np.where(tie, dout - nearest, expected["db"])}


exercise = Exercise(
    title="The max gate",
    source="004 §4.4",
    statement=(
        "A gate that picks: m = max(a, b), element by element, for two inputs of the same shape. "
        "Given dout, the upstream gradient ∂L/∂m, return the gradients with respect to a and to b, in this order. "
        "The note leaves a tie open, and there is no one right slope there: PyTorch gives half to each, "
        "and any two shares, each between 0 and 1, that make up dout between them count as right."
    ),
    formula=r"m_i = \max(a_i, b_i)",
    inputs=(Input("a"), Input("b")),
    out=Output("m"),
    gradients=("da", "db"),
    forward=forward,
    examples=(Example("004 §4.4, with numbers of ours", {"a": [4, -2, 1], "b": [3, 5, -6]}, dout=[2, -3, -7]),),
    edges=(
        Edge(
            "a tie",
            {"a": [2, 3, -1], "b": [2, 1, -1]},
            dout=[4, -5, -6],
            holds=lambda dout, a, b: not no_tie(a, b),
            convention=True,
        ),
        Edge(
            "a tie at 0",
            {"a": [0, 1], "b": [0, -2]},
            dout=[-3, 2],
            holds=lambda dout, a, b: bool(((a == 0) & (b == 0)).any()),
            convention=True,
        ),
    ),
    textbook="""
        m = maximum(a, b)
        da = dout * (a >= b)
        db = dout * (a < b)

        da = dout * (a > b) + dout * (a == b) / 2
        db = dout * (b > a) + dout * (a == b) / 2
    """,
    mistakes="""
        masks-swapped: da = dout * (a < b); db = dout * (b < a)
            In {names} the gradient is let through where the input is the smaller one, and stopped where it is the
                larger.
            m is the larger of the two and moves with it. The smaller one can be nudged without m noticing.
        both-get-all: da = dout; db = dout
            In {names} there is the whole upstream gradient, even where the other input is the larger one.
            That is the add gate. m follows only the larger input, so the other one gets 0.
        routed-by-dout: da = dout * (dout > 0); db = dout * (dout <= 0)
            In {names} the sign of the upstream gradient decides what is let through, not which input is larger.
            The forward decides the way: where a is larger than b the gradient goes to a, whatever its sign.
        masked-like-relu: da = dout * (a > 0); db = dout * (b > 0)
            In {names} the gradient is let through where the input is positive, whatever the other one is.
            ReLU is the maximum of x and 0. Here a competes with b, and b with a.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, only ones and zeros.
            A mask says which input the gradient goes to. What goes there is the upstream gradient: multiply.
        times-output: da = dout * m * (a >= b); db = dout * m * (a < b)
            In {names} the value of the maximum is a factor.
            m equals the larger input, so its slope there is 1, whatever the size.
        both-at-a-tie: db = dout * (a <= b)
            At a tie da and db both have the whole upstream gradient.
            The shares must make up dout between them: all to a, all to b, or half each as PyTorch does.
        neither-at-a-tie: da = dout * (a > b)
            At a tie da and db are both 0.
            If both rise together, so does m. One of the two comparisons must let the tie through, or each take half.
    """,
    hints=(
        "Say a is 4 and b is 3. Nudge a: does m move? Nudge b: does m move?",
        "m moves with the larger input as far as that does, and not at all with the other: slopes 1 and 0.",
        "Compare a with b, element by element; the upstream gradient goes whole to the larger one, and 0 to the other.",
    ),
    points=2,
    accept=no_tie,
    settle=settle,
)
