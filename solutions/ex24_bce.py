"""Binary cross-entropy, averaged over a mini-batch (004 §5.3)."""

import numpy as np


def bce_forward(y_hat, y):
    """L = −1/N · Σ (y·log ŷ + (1 − y)·log(1 − ŷ)), a number; ŷ and y have the shape (N,)."""
    L = -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    cache = (y_hat, y)
    return L, cache


def bce_backward(dout, cache):
    """The gradient of the loss with respect to ŷ.

    dout: upstream gradient of L, a float.
    Returns dy_hat, the shape (N,).
    """
    y_hat, y = cache
    N = len(y)
    return dout * (-y / y_hat + (1 - y) / (1 - y_hat)) / N
