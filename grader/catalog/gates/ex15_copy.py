"""The copy gate: one value, two branches (004 §4.3)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(v: Tensor) -> tuple[Tensor, Tensor]:
    return v, v


exercise = Exercise(
    title="The copy gate",
    source="004 §4.3",
    statement=(
        "A value that is used twice: the forward returns the tuple (v, v), one copy for each branch. "
        "So dout is a tuple too: (d1, d2), the upstream gradients of the two branches, both with the shape of v. "
        "Return the gradient with respect to v. "
        "Every fan-out is this gate: a variable that appears in two places, a weight that is shared."
    ),
    formula=r"v_1 = v, \quad v_2 = v, \quad \mathcal{L} = \mathcal{L}_1(v_1) + \mathcal{L}_2(v_2)",
    inputs=(Input("v"),),
    out=Output("copies", ("...", "...")),
    gradients=("dv",),
    forward=forward,
    examples=(Example("004 §4.3, with numbers of ours", {"v": [5, -1]}, dout=([3, -2], [4, 6])),),
    edges=(
        Edge(
            "branches that cancel",
            {"v": [2, -3]},
            dout=([4, -5], [-4, 5]),
            holds=lambda dout, v: bool(dout[0].all()) and not (dout[0] + dout[1]).any(),
        ),
        Edge(
            "a branch that sends back 0",
            {"v": [2, -3]},
            dout=([0, -5], [4, 0]),
            holds=lambda dout, v: bool(((dout[0] == 0) != (dout[1] == 0)).any()),
        ),
        Edge("v at 0", {"v": [0, 0]}, dout=([1, -2], [3, 4]), holds=lambda dout, v: not v.any()),
    ),
    textbook="""
        d1 = dout[0]
        d2 = dout[1]
        dv = d1 + d2
    """,
    mistakes="""
        first-branch-only: dv = d1
            dv is the gradient of the first branch alone.
            v reaches the loss through the second copy as well; what comes back from there belongs to v too.
        last-branch-only: dv = d2
            dv is the gradient of the second branch alone.
            What the second branch brings must not overwrite what the first one brought: accumulate, don't replace.
        mean-of-branches: dv = (d1 + d2) / 2
            dv is the mean of the gradients of the two branches.
            A nudge of v moves both copies by the whole nudge, so the two effects on the loss add up; nothing is
                divided.
        product-of-branches: dv = d1 * d2
            dv is the product of the gradients of the two branches.
            The chain rule multiplies along one path, from gate to gate. Two paths side by side add.
        times-value: dv = (d1 + d2) * v
            dv is the sum of the gradients of the two branches, multiplied by v.
            A copy follows v one to one, so its slope is 1, whatever the size of v.
        upstream-ignored: dout = (ones_like(dout[0]), ones_like(dout[1]))
            dv is 2 everywhere, the number of copies: there is no dout in it.
            Two is the slope of v + v. These copies go different ways: weigh each by the upstream gradient of its own
                branch.
    """,
    hints=(
        "Nudge v. Which of the two copies moves, and how far?",
        "Both move, each by the whole nudge. Each moves the loss by its own upstream gradient times the nudge.",
        "The loss feels both at once, so the two upstream gradients add.",
    ),
)
