"""Attention (beyond the notes)

Each query, a row of Q (n_q, d), meets every key, a row of K (n_k, d), in a dot product divided by
√d. A softmax over the keys turns a query's scores into weights, and the output (n_q, d_v) is the
mean of the values, rows of V (n_k, d_v), with these weights. One head, no mask. Return dQ, dK and
dV.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    Q = [[1, 0, -1, 2]], K = [[1, 1, 0, 1], [0, -1, 1, 0]], V = [[1, 2, -1], [3, 0, 4]], dout = [[2,
        -1, 1]]

Judge it:  pytest grader::attention
Stuck?     grader hint attention
"""

import numpy as np


def attention_forward(Q, K, V):
    """softmax(Q Kᵀ / √d) V, the softmax over the keys, row by row.

    Q: queries, shape (n_q, d). K: keys, shape (n_k, d). V: values, shape (n_k, d_v). out: shape (n_q, d_v).
    """
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    # A shift leaves the softmax as it is, and keeps exp from overflowing.
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exp / exp.sum(axis=1, keepdims=True)
    out = weights @ V
    cache = (Q, K, V, weights)
    return out, cache


def attention_backward(dout, cache):
    """The gradient of the loss with respect to the queries, the keys and the values.

    dout: upstream gradient, shape (n_q, d_v).
    Returns (dQ, dK, dV), shapes (n_q, d), (n_k, d) and (n_k, d_v).
    """
    raise NotImplementedError("attention_backward is yours to write")


# handgrad stub 8ce9add9b0ab
