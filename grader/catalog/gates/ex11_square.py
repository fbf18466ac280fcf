"""The slope of a square (003 derivatives)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(w: Tensor) -> Tensor:
    return w**2


exercise = Exercise(
    title="The slope of a square",
    source="003 derivatives",
    statement=(
        "The smallest graph there is: one input w, one node, the cost J = w², element by element. "
        "The derivative says how far J moves for a tiny nudge of w. "
        "Something may come after J, so the backward gets dout, the upstream gradient ∂L/∂J, and returns ∂L/∂w. "
        "J is a cost here; in other exercises the letter stands for a Jacobian."
    ),
    formula=r"J = w^2",
    inputs=(Input("w"),),
    out=Output("J"),
    gradients=("dw",),
    forward=forward,
    examples=(
        Example("003 derivatives", {"w": [3]}, dout=[1], printed={"J": "9", "dw": "6"}),
        Example("003 derivatives", {"w": [2, -3]}, dout=[1, 1], printed={"dw": "4 -6"}),
        Example(
            "003 derivatives",
            {"w": [3.001]},
            dout=[1],
            printed={"J": "9.006001"},
            also={"J(3.001) − J(3)": ("0.006001", 3.001**2 - 9)},
        ),
    ),
    edges=(Edge("w at 0", {"w": [0, -2, 0]}, dout=[3, -1, -4], holds=lambda dout, w: bool((w == 0).any())),),
    textbook="""
        J = w**2
        dw = dout * 2 * w
    """,
    mistakes="""
        upstream-ignored: dout = ones_like(dout)
            dw is the slope of J by itself: there is no dout in it.
            The slope says how J follows w; multiply it by dout to learn how the loss behind J does.
        two-missing: dw = dout * w
            dw is half of what it should be, as if the slope of w² were w.
            The exponent comes down as a factor. At w = 3 a nudge of 0.001 moves J by about 0.006, twice as much as w
                would say.
        w-missing: dw = dout * 2
            dw is 2 times dout, as if the slope of w² were 2 for every w.
            The slope of a square grows with w: 4 at w = 2, 6 at w = 3, −6 at w = −3.
        value-for-slope: dw = dout * J
            dw has J itself as a factor, where its slope belongs.
            The gradient asks how fast J changes, not how large it is: at w = 3 the value is 9, the slope 6.
        sign-lost: dw = dout * 2 * abs(w)
            dw has the wrong sign where w is negative: the slope in it is never below 0.
            The square itself is never negative, but to the left of 0 it falls as w rises, so its slope there is below
                0.
        nudged: dw = dout * (2 * w + 0.001)
            dw has the slope over a nudge of 0.001 in it: (J(w + 0.001) − J(w)) / 0.001, which is 2w + 0.001.
            A nudge is a good check, but not yet the derivative, which is what is left as the nudge shrinks to nothing.
    """,
    hints=(
        "Work out J at 3 and at 3.001. How many times as far as w did J move?",
        "That factor is the local gradient, dJ/dw. Try it at 2 and at −3 too, and find the rule in w.",
        "The local gradient is twice w. The gradient of the loss is the upstream gradient times that.",
    ),
)
