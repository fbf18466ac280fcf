"""Dropout (beyond the notes)

Inverted dropout, as in training: x·mask / (1 − p), element by element. The mask holds a 1 where x
is kept and a 0 where it is dropped; it is given, so nothing here is random. p is the chance of
dropping, from 0 to 0.9, and the division keeps the mean as it was. Return dx; mask and p get no
gradient.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    x = [1, -2, 3, 4], mask = [1, 0, 1, 0], p = 0.75, dout = [2, 5, -1, 3]

Judge it:  pytest grader::dropout
Stuck?     grader hint dropout
"""

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
    raise NotImplementedError("dropout_backward is yours to write")


# handgrad stub 884ec0829ce8
