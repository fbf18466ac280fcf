"""The affine layer for a mini-batch (004 §10)."""

import numpy as np

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(X: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return X @ W + b


exercise = Exercise(
    title="Affine layer, mini-batch",
    source="004 §10",
    statement=(
        "A whole mini-batch through a fully connected layer: Z = X·W + 1bᵀ. "
        "Each row of X is a sample, and b is added to every row. "
        "A batch may be empty: then dW and db are zeros, and dX has no rows. "
        "Return dX, dW and db, in the order of the forward's arguments. "
        "Here W is (d_x, d_z), a column for each output, and X comes first; "
        "for one sample (exercise 32) W comes first, and is (d_z, d_x)."
    ),
    formula=r"Z = X W + \mathbf{1} b^T",
    inputs=(Input("X", "N d_x"), Input("W", "d_x d_z"), Input("b", "d_z")),
    out=Output("Z", "N d_z"),
    gradients=("dX", "dW", "db"),
    forward=forward,
    examples=(
        Example(
            "004 §10, with numbers of ours",
            {"X": [[1, 2], [3, -1], [-2, 4]], "W": [[2, -1], [1, 3]], "b": [1, -2]},
            dout=[[1, -2], [3, 1], [-1, 2]],
        ),
    ),
    edges=(
        Edge(
            "one sample",
            {"X": [[1, -2, 3]], "W": [[2, 1], [-1, 3], [4, -2]], "b": [1, -2]},
            dout=[[3, -2]],
            holds=lambda dout, X, W, b: len(X) == 1,
        ),
        Edge(
            "one output",
            {"X": [[1, -2, 3], [4, 5, -1]], "W": [[2], [-1], [3]], "b": [1]},
            dout=[[3], [-2]],
            holds=lambda dout, X, W, b: W.shape[1] == 1,
        ),
        Edge(
            "an empty batch",
            {"X": np.zeros((0, 3)), "W": [[2, 1], [-1, 3], [4, -2]], "b": [1, -2]},
            dout=np.zeros((0, 2)),
            holds=lambda dout, X, W, b: len(X) == 0,
            convention=True,
        ),
    ),
    textbook="""
        dX = dout @ W.T
        dW = X.T @ dout
        db = dout.sum(axis=0)
    """,
    mistakes="""
        bias-not-summed: db = dout
            db is dout itself, with a row for each sample.
            One b is added to every row, so it collects a gradient from each: sum over the samples, down to b's shape
                (d_z,).
        bias-averaged: db = dout.mean(axis=0)
            db is the mean over the samples, where their sum belongs.
            Where one value feeds several rows, gradients add. If the loss is a mean, its 1/N is in dout already.
        bias-summed-over-outputs: db = dout.sum(axis=1)
            db is the sum of dout over the outputs, where the sum over the samples belongs.
            Each output has its own bias, shared by all samples: which of dout's axes vanishes in the sum, and which is
                left?
        bias-as-a-row: db = dout.sum(axis=0, keepdims=True)
            db is a matrix with one row.
            A gradient has the shape of its variable. b is a vector (d_z,), and so is db.
        first-sample-only: db = dout[0]
            db is the gradient of the first sample alone.
            b is added to every row of the batch, so every row has its say: sum them all.
        weights-averaged: dW = X.T @ dout / N
            dW is divided by the number of samples.
            The layer itself averages nothing. If the loss is a mean, its 1/N has come with dout, and must not be taken
                twice.
        gradient-transposed: dW = dout.T @ X
            dW is transposed: it has a row for each output.
            In the mini-batch version W is (d_x, d_z), a row for each input: X, transposed, stands on the left of dout.
        weights-not-transposed: dX = dout @ W
            dX has W itself as its factor, where the transpose belongs.
            Input j reaches output k through W_jk, so its gradient gathers row j of W. That W fits at all needs d_x =
                d_z.
        weights-reshaped: dX = dout @ W.reshape(d_z, d_x)
            dX has W, reshaped to (d_z, d_x), as its factor, where the transpose belongs.
            Reshaping fills the new rows with the old order of the elements; transposing turns columns into rows.
        upstream-ignored: dout = ones_like(dout)
            There is no dout in {names}, as if every upstream gradient were 1.
            Every output of every sample matters to the loss as much as its element of dout says.
    """,
    hints=(
        "Take one row first: it is the layer for one sample. Then ask which variables the rows share.",
        "Each row of X meets W on its own. W and b are shared by all rows, so their gradients add up over the batch. "
        "Write down the shapes (N, d_x), (d_x, d_z), (N, d_z): they leave one way to multiply.",
        "dX is dout times the transpose of W; dW is the transpose of X times dout; db is dout summed over its rows.",
    ),
    points=3,
)
