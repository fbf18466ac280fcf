"""tanh (beyond the notes)

t = tanh(s), element by element: an S-shaped curve through 0, from −1 to 1. The cache holds the
output t, which is all that the slope needs. Return ds.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    s = [0, 1, -2, 0.5], dout = [4, -1, 3, -2]

Judge it:  pytest grader::tanh
Stuck?     grader hint tanh
"""

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
    raise NotImplementedError("tanh_backward is yours to write")


# handgrad stub 266d54b532db
