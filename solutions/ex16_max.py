"""The max gate (004 §4.4)."""

import numpy as np


def max_forward(a, b):
    """m = max(a, b), element by element; a and b have the same shape."""
    m = np.maximum(a, b)
    cache = (a, b)
    return m, cache


def max_backward(dout, cache):
    """The gradient of the loss with respect to a and b.

    dout: upstream gradient, the shape of a and b.
    Returns da, db, both of that shape.
    """
    a, b = cache
    da = dout * (a >= b)
    db = dout * (a < b)
    return da, db
