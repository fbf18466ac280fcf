"""Inverted dropout with a given mask (beyond the notes)."""

import numpy as np


def dropout_forward(x, mask, p):
    """x·mask / (1 − p), element by element.

    mask: the shape of x, 1.0 where x is kept, 0.0 where it is dropped. p: the chance of dropping, a float.
    """
    out = x * mask / (1 - p)
    cache = (mask, p)
    return out, cache


def dropout_backward(dout, cache):
    """The gradient of the loss with respect to x.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    mask, p = cache
    return dout * mask / (1 - p)
