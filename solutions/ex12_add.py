"""The add gate (004 §4.1)."""

import numpy as np


def add_forward(a, b):
    """s = a + b, element by element; a and b have the same shape."""
    s = a + b
    cache = None
    return s, cache


def add_backward(dout, cache):
    """The gradient of the loss with respect to a and b.

    dout: upstream gradient, the shape of a and b.
    Returns da, db, both of that shape.
    """
    return dout, dout
