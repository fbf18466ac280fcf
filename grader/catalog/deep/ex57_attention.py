"""Scaled dot-product attention (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, among, either

modest = either(among(-2.0, -1.0, 1.0, 2.0))
"""Small enough that no weight of the softmax takes all."""


def forward(Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
    scores = Q @ K.T / Q.shape[1] ** 0.5
    weights: Tensor = scores.softmax(dim=1)
    return weights @ V


def scores(Q: Array, K: Array) -> Array:
    """The scaled dot products, a row for each query."""
    scaled: Array = Q @ K.T / np.sqrt(Q.shape[1])
    return scaled


exercise = Exercise(
    title="Attention",
    source="beyond the notes",
    statement=(
        "Each query, a row of Q (n_q, d), meets every key, a row of K (n_k, d), in a dot product divided by √d. "
        "A softmax over the keys turns a query's scores into weights, "
        "and the output (n_q, d_v) is the mean of the values, rows of V (n_k, d_v), with these weights. "
        "One head, no mask. Return dQ, dK and dV."
    ),
    formula=r"S = \frac{Q K^\top}{\sqrt d}, \quad A = \operatorname{softmax}(S) \text{ row by row}, \quad"
    r" \mathrm{out} = A V",
    inputs=(Input("Q", "n_q d", modest), Input("K", "n_k d", modest), Input("V", "n_k d_v")),
    out=Output("out", "n_q d_v"),
    gradients=("dQ", "dK", "dV"),
    forward=forward,
    examples=(
        Example(
            "beyond the notes",
            {"Q": [[1, 0, -1, 2]], "K": [[1, 1, 0, 1], [0, -1, 1, 0]], "V": [[1, 2, -1], [3, 0, 4]]},
            dout=[[2, -1, 1]],
        ),
    ),
    edges=(
        Edge(
            "scores at ±1000",
            {"Q": [[1000], [-1000]], "K": [[1], [-1], [0]], "V": [[2, -3], [4, 5], [-1, 6]]},
            dout=[[1, -2], [3, 4]],
            holds=lambda dout, Q, K, V: bool((scores(Q, K) == 1000).any() and (scores(Q, K) == -1000).any()),
        ),
        Edge(
            "equal scores",
            {"Q": [[0, 0, 0, 0]], "K": [[1, -2, 3, 0], [2, 1, -1, 4], [0, 5, 1, -3]], "V": [[2], [-3], [7]]},
            dout=[[3]],
            holds=lambda dout, Q, K, V: len(K) > 1 and bool(np.ptp(scores(Q, K), axis=1).max() == 0),
        ),
        Edge(
            "a single key",
            {"Q": [[1, -2], [3, 1]], "K": [[2, -1]], "V": [[3, 4, -5]]},
            dout=[[1, -2, 3], [4, 5, 6]],
            holds=lambda dout, Q, K, V: len(K) == 1,
        ),
        Edge(
            "everything of size 1",
            {"Q": [[2]], "K": [[-1]], "V": [[3]]},
            dout=[[-4]],
            holds=lambda *case: all(each.shape == (1, 1) for each in case),
        ),
    ),
    textbook="""
        scores = Q @ K.T / sqrt(d)
        weights = softmax(scores, axis=1)
        out = weights @ V
        dV = weights.T @ dout
        dweights = dout @ V.T
        dscores = weights * (dweights - (dweights * weights).sum(axis=1, keepdims=True))
        dproduct = dscores / sqrt(d)
        dQ = dproduct @ K
        dK = dproduct.T @ Q

        scores = Q @ K.T / sqrt(d)
        weights = softmax(scores, axis=1)
        dV = weights.T @ dout
        dweights = dout @ V.T
        dscores = weights * dweights - weights * (weights * dweights).sum(axis=1, keepdims=True)
        dQ = dscores @ K / sqrt(d)
        dK = dscores.T @ Q / sqrt(d)
    """,
    mistakes="""
        diagonal-jacobian: dscores = weights * dweights * (1 - weights)
            In {names} each weight of the softmax depends on its own score alone.
            Every weight depends on all scores of its row, since they share a sum: the Jacobian has entries off its
                diagonal.
        row-sum-missing: dscores = weights * dweights
            In {names} the gradient at the scores is the weights times what comes back to them, with nothing subtracted.
            The weights of a row sum to 1, so raising all scores alike changes nothing: the gradients of a row must sum
                to 0.
        softmax-skipped: dscores = dweights
            In {names} the gradient at the scores is the one at the weights, unchanged.
            Between scores and weights stands the softmax, and its Jacobian has to come in between.
        centred-over-queries: dscores = weights * (dweights - (dweights * weights).sum(axis=0, keepdims=True))
            In {names} the sum in the softmax's gradient runs over the queries.
            Each query has a softmax of its own, over the keys: sum along the rows of the weights.
        scale-missing: dproduct = dscores
            The factor 1/√d is missing from {names}.
            The scores are divided by √d on the way forward, and so are their gradients on the way back.
        scale-on-queries-only: dK = dscores.T @ Q
            dQ has the factor 1/√d, but dK lacks it.
            The scale stands before the whole product of Q and Kᵀ, so it belongs to both.
        scale-by-values: dproduct = dscores / sqrt(d_v)
            In {names} the scale is 1/√d_v, from the width of the values.
            The scores are products of queries and keys: d is the width that these two share.
        scores-for-weights: dV = scores.T @ dout
            dV has the scores from before the softmax, where the weights belong.
            V is multiplied by the weights, so its gradient is their transpose times dout.
        upstream-ignored: dout = ones_like(dout)
            In {names} the upstream gradient counts as 1 everywhere.
            Each element of the output has its own weight in the loss: both V and the weights meet dout first.
    """,
    hints=(
        "Three steps: scores, weights, output. The last is a matrix product A V; take its two gradients "
        "as you did in the affine layer.",
        "Now one row of the softmax. Its Jacobian is diag(a) − a aᵀ: multiply the row's upstream gradient by it, "
        "and no big matrix is needed.",
        "At the scores stands, row by row: the weight times (what comes back to it, less the row's weighted mean). "
        "Divide by √d; then Q Kᵀ is a matrix product again, and the shapes tell where the transpose goes.",
    ),
    points=4,
)
