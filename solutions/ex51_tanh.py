"""The hyperbolic tangent (beyond the notes)."""

import numpy as np


def tanh_forward(s):
    """t = tanh(s), element by element."""
    t = np.tanh(s)
    cache = t
    return t, cache


def tanh_backward(dout, cache):
    """The gradient of the loss with respect to s.

    dout: upstream gradient, the shape of s.
    Returns ds, the shape of s.
    """
    t = cache
    return dout * (1 - t**2)
