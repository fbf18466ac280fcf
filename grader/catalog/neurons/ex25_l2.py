"""L2 regularisation (002)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor, among, between, either


def forward(w: Tensor, lam: float) -> Tensor:
    return lam / 2 * (w**2).sum()


exercise = Exercise(
    title="L2 regularisation",
    source="002",
    statement=(
        "The penalty on large weights: R = (λ/2)·Σ w², summed over all elements of w, which may have any shape. "
        "λ, called lam in the code, is a constant and gets no gradient. "
        "Given dout, a number, return the gradient with respect to w, with the shape of w. "
        "The note adds R to the data loss, and regularises a and c only, not the offsets b and d."
    ),
    formula=r"R = \frac{\lambda}{2} \sum_i w_i^2",
    # No λ at which λ, λ/2, 2λ and 1 coincide.
    inputs=(Input("w"), Input("lam", "", either(among(3.0, 4.0), between(0.05, 0.45)), constant=True)),
    out=Output("R", ""),
    gradients=("dw",),
    forward=forward,
    examples=(
        Example("002 step 1, w = (a, c)", {"w": [1, 1], "lam": 0.1}, dout=1),
        Example(
            "002 step 2, w = (a, c)",
            {"w": [0.955015, 0.976006], "lam": 0.1},
            dout=1,
            printed={"dw": "0.0955 _"},
        ),
    ),
    edges=(
        Edge("w at 0", {"w": [0, -2, 0], "lam": 3}, dout=-4, holds=lambda dout, w, lam: bool((w == 0).any())),
        Edge("λ at 0", {"w": [1, -2], "lam": 0}, dout=5, holds=lambda dout, w, lam: lam == 0),
    ),
    textbook="""
        dw = dout * lam * w
    """,
    mistakes="""
        weight-missing: dw = dout * lam * ones_like(w)
            The factor w is missing from dw: it is λ times dout for every weight.
            The slope of (λ/2)w² is λ times w: the pull grows with the weight. At w = 1, the note's first step, it looks
                alike.
        half-forgotten: dw = dout * 2 * lam * w
            dw is twice what it should be: the ½ before the sum is missing.
            The 2 that comes down from the square cancels the ½.
        half-kept: dw = dout * lam / 2 * w
            dw is half of what it should be: a ½ is left in it.
            The exponent of w² comes down as a factor 2, and cancels the ½.
        lam-missing: dw = dout * w
            There is no λ in dw.
            λ multiplies every term of R, so it multiplies the gradient too.
        sign-for-weight: dw = dout * lam * sign(w)
            dw has only the sign of w in it, and not its size.
            That is L1, the slope of λ|w|. The slope of a square fades as w comes near 0.
        upstream-ignored: dout = 1.0
            dw is the gradient of R by itself: there is no dout in it.
            In J = L + R the upstream gradient of R is 1, but R may enter the objective in another way: multiply by
                dout.
    """,
    hints=(
        "Take one weight alone, (λ/2)·w². What is its slope? The other terms of the sum don't move with it.",
        "The 2 of the square and the ½ cancel. What is left has λ and the weight in it.",
        "Each weight gets λ times itself; the upstream gradient multiplies them all.",
    ),
    points=2,
)
