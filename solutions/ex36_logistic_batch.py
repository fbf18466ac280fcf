"""Logistic regression on a mini-batch (004 §5, §10)."""

import numpy as np


def logistic_batch_forward(X, w, b, y):
    """s = X·w + b, ŷ = σ(s), and the mean L over the N samples of the binary cross-entropy of ŷ and y.

    X: shape (N, D). w: shape (D,). b: a float. y: shape (N,), of 0 and 1. L: a float.
    """
    s = X @ w + b
    y_hat = 1 / (1 + np.exp(-s))
    L = -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    cache = (X, w, y, y_hat)
    return L, cache


def logistic_batch_backward(dout, cache):
    """The gradient of the loss with respect to the scores and every input.

    dout: upstream gradient of L, a float.
    Returns a dict with the keys ds, dX, dw, db, of the shapes (N,), (N, D), (D,); db is a float.
    """
    X, w, y, y_hat = cache
    ds = dout * (y_hat - y) / len(y)
    return {"ds": ds, "dX": np.outer(ds, w), "dw": X.T @ ds, "db": ds.sum()}
