"""Scaled dot-product attention (beyond the notes)."""

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
    Q, K, V, weights = cache
    dV = weights.T @ dout
    dweights = dout @ V.T
    dscores = weights * (dweights - (dweights * weights).sum(axis=1, keepdims=True))
    dproduct = dscores / np.sqrt(Q.shape[1])
    return dproduct @ K, dproduct.T @ Q, dV
