"""Add, then multiply (004 §2)

Two gates in a row: q = x + y, then f = q·z; all of them Python floats. Given dout, the upstream
gradient ∂L/∂f, return the gradients with respect to x, y and z, in this order. The note ends its
graph at f, where dout is 1; here dout may be anything.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §2)
    x = -2, y = 5, z = -4, dout = 1
    printed: f = -12, dx = -4, dy = -4, dz = 3

Judge it:  pytest grader::add_multiply
Stuck?     grader hint add_multiply
"""

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
    raise NotImplementedError("add_multiply_backward is yours to write")


# handgrad stub f5211dc8d980
