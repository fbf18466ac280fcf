"""The slope of a square (003 derivatives)."""

import numpy as np


def square_forward(w):
    """J = w², element by element."""
    J = w**2
    cache = w
    return J, cache


def square_backward(dout, cache):
    """The gradient of the loss with respect to w.

    dout: upstream gradient, the shape of w.
    Returns dw, the shape of w.
    """
    w = cache
    return dout * 2 * w
