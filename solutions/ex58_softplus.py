"""Softplus (beyond the notes)."""

import numpy as np


def softplus_forward(x):
    """z = ln(1 + e^x), element by element, without overflow."""
    # The exponent is never above 0, so it can't overflow.
    z = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    cache = x
    return z, cache


def softplus_backward(dout, cache):
    """The gradient of the loss with respect to x, for x of any size.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    x = cache
    e = np.exp(-np.abs(x))
    return dout * np.where(x >= 0, 1, e) / (1 + e)
