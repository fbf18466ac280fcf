"""The sigmoid (004 §5.2)."""

import numpy as np


def sigmoid_forward(s):
    """σ(s) = 1 / (1 + e^(−s)), element by element."""
    # The exponent is never above 0, so it can't overflow.
    e = np.exp(-np.abs(s))
    sigma = np.where(s >= 0, 1, e) / (1 + e)
    cache = sigma
    return sigma, cache


def sigmoid_backward(dout, cache):
    """The gradient of the loss with respect to s.

    dout: upstream gradient, the shape of s.
    Returns ds, the shape of s.
    """
    sigma = cache
    return dout * sigma * (1 - sigma)
