"""Two gates in a row, in scalars (004 §2)."""

import numpy as np


def add_multiply_forward(x, y, z):
    """q = x + y, f = q·z; all of them Python floats."""
    q = x + y
    f = q * z
    cache = (q, z)
    return f, cache


def add_multiply_backward(dout, cache):
    """The gradient of the loss with respect to x, y and z.

    dout: upstream gradient of f, a float.
    Returns dx, dy, dz, floats all.
    """
    q, z = cache
    dq = dout * z
    dz = dout * q
    dx = dq
    dy = dq
    return dx, dy, dz
