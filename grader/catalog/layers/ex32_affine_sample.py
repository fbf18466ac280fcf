"""The affine layer for one sample (004 §9)."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(W: Tensor, x: Tensor, b: Tensor) -> Tensor:
    return W @ x + b


exercise = Exercise(
    title="Affine layer, one sample",
    source="004 §9",
    statement=(
        "One sample through a fully connected layer: z = W·x + b. "
        "Return dW, dx and db, in the order of the forward's arguments. "
        "Here x is a vector (d_x,), and W is (d_z, d_x): a row for each output. "
        "Mind that the mini-batch version (004 §10, exercise 33) takes X first, and a W of shape (d_x, d_z)."
    ),
    formula=r"z = W x + b",
    inputs=(Input("W", "d_z d_x"), Input("x", "d_x"), Input("b", "d_z")),
    out=Output("z", "d_z"),
    gradients=("dW", "dx", "db"),
    forward=forward,
    examples=(
        Example(
            "004 §9.5",
            {"W": [[1, 2], [3, 4]], "x": [5, 6], "b": [7, 8]},
            dout=[10, -1],
            printed={"z": "24 47", "dW": "50 60 -5 -6", "dx": "7 16", "db": "10 -1"},
        ),
    ),
    edges=(
        Edge(
            "one output",
            {"W": [[2, -1, 3]], "x": [1, 4, -2], "b": [5]},
            dout=[-2],
            holds=lambda dout, W, x, b: dout.shape == (1,),
        ),
        Edge(
            "one input",
            {"W": [[2], [-1], [3]], "x": [-4], "b": [5, 1, -2]},
            dout=[3, -2, 4],
            holds=lambda dout, W, x, b: x.shape == (1,),
        ),
        Edge(
            "x at 0",
            {"W": [[1, -2, 3], [4, 5, -6]], "x": [0, 0, 0], "b": [2, -3]},
            dout=[2, -3],
            holds=lambda dout, W, x, b: not x.any(),
        ),
    ),
    textbook="""
        dW = outer(dout, x)
        dx = W.T @ dout
        db = dout

        dW = dout[:, None] * x
        dx = dout @ W
        db = dout
    """,
    mistakes="""
        outer-product-reversed: dW = outer(x, dout)
            dW is transposed: it has a row for each input.
            W is (d_z, d_x), so its gradient has a row for each output: row i is x, scaled by element i of dout.
        weights-not-transposed: dx = W @ dout
            dx has W itself as its factor, where the transpose belongs.
            x_j reaches z_i through W_ij, so dx_j gathers column j of W. That W fits at all needs d_x = d_z.
        weights-reshaped: dx = W.reshape(d_x, d_z) @ dout
            dx has W, reshaped to (d_x, d_z), as its factor, where the transpose belongs.
            Reshaping fills the new rows with the old order of the elements; transposing turns columns into rows.
        ones-for-db: db = ones_like(dout)
            db is all ones, the local gradient alone: there is no dout in it.
            b moves z one for one; the loss follows z as dout says.
        bias-multiplied: db = dout * b
            db has b itself as a factor.
            b is added, not multiplied: an addition passes the upstream gradient on unchanged, whatever b is.
        bias-summed: db = dout.sum()
            db is one number, the sum of dout.
            That sum runs over samples, and here is only one. Each bias belongs to one output: db has the shape (d_z,)
                of b.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, as if every upstream gradient were 1.
            Each output matters to the loss as much as its element of dout says, and that may be negative.
    """,
    hints=(
        "Write out one output: z_i = Σ_j W_ij·x_j + b_i. Which W, which x and which b does it see?",
        "W_ij touches z_i only, and moves it by x_j. x_j touches every z_i, and moves each by W_ij: sum over i. "
        "Let the shapes (d_z, d_x), (d_x,), (d_z,) tell you where to transpose.",
        "dW is the outer product of dout and x, dout along the rows; dx is the transpose of W times dout; db is dout.",
    ),
    points=3,
)
