"""A two-layer network of sigmoids with squared error (000, 001)."""

import numpy as np


def two_layer_forward(x, W1, b1, W2, b2, y):
    """z1 = W1·x + b1, a1 = σ(z1), z2 = W2·a1 + b2, a2 = σ(z2), L = ½ Σ (a2 − y)².

    x: shape (in,). W1: shape (hidden, in). b1: shape (hidden,).
    W2: shape (out, hidden). b2, y: shape (out,). L: a number.
    """
    z1 = W1 @ x + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = W2 @ a1 + b2
    a2 = 1 / (1 + np.exp(-z2))
    L = 0.5 * np.sum((a2 - y) ** 2)
    cache = (x, W1, a1, W2, a2, y)
    return L, cache


def two_layer_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of L, a number.
    Returns a dict with the keys da2, dz2, dW2, db2, da1, dz1, dW1, db1, dx, each of the shape of its variable.
    """
    x, W1, a1, W2, a2, y = cache
    da2 = dout * (a2 - y)
    dz2 = da2 * a2 * (1 - a2)
    dW2, db2, da1 = np.outer(dz2, a1), dz2, W2.T @ dz2
    dz1 = da1 * a1 * (1 - a1)
    dW1, db1, dx = np.outer(dz1, x), dz1, W1.T @ dz1
    return {
        "da2": da2,
        "dz2": dz2,
        "dW2": dW2,
        "db2": db2,
        "da1": da1,
        "dz1": dz1,
        "dW1": dW1,
        "db1": db1,
        "dx": dx,
    }
