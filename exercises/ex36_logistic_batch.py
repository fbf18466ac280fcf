"""Logistic regression, mini-batch (004 §5, §10)

Logistic regression on N samples at once: s = X·w + b, ŷ = σ(s), and the mean over the samples of
−(y·log ŷ + (1 − y)·log(1 − ŷ)). Each row of X is a sample; w is a vector (D,), b one number for
all, y holds N labels 0 or 1. Return the gradient at the scores s, and those of X, w and b. What is
shared by the samples gathers a gradient from each; the mean is taken once.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §5.4)
    X = [[2, -1]], w = [0.3, -0.7], b = 0.1, y = [1], dout = 1
    printed: s = 1.4, ds = -0.1978, dX = [[-0.0593, 0.1385]], dw = [-0.3956, 0.1978], db = -0.1978

Example (004 §5, with numbers of ours)
    X = [[2, -1], [1, 3], [-4, 2]], w = [0.5, -0.5], b = 0.5, y = [1, 0, 1], dout = 1

Judge it:  pytest grader::logistic_batch
Stuck?     grader hint logistic_batch
"""

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
    raise NotImplementedError("logistic_batch_backward is yours to write")


# handgrad stub 91f93a91428d
