"""The multiply gate (004 §4.2)."""

import numpy as np


def multiply_forward(a, b):
    """p = a·b, element by element; a and b have the same shape."""
    p = a * b
    cache = (a, b)
    return p, cache


def multiply_backward(dout, cache):
    """The gradient of the loss with respect to a and b.

    dout: upstream gradient, the shape of a and b.
    Returns da, db, both of that shape.
    """
    a, b = cache
    da = dout * b
    db = dout * a
    return da, db
