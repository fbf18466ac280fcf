"""The squared error, with ½ (000, 001, 003)."""

import numpy as np


def squared_error_forward(a, y):
    """L = ½ Σ (a − y)², a number; a and y have the same shape."""
    error = a - y
    L = 0.5 * np.sum(error**2)
    cache = error
    return L, cache


def squared_error_backward(dout, cache):
    """The gradient of the loss with respect to the prediction a.

    dout: upstream gradient of L, a number.
    Returns da, the shape of a.
    """
    error = cache
    return dout * error
