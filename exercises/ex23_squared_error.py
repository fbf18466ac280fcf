"""Squared error (000, 001, 003)

Half the sum of the squared errors: L = ½ Σ (a − y)². The loss is a number, and so is the upstream
gradient. Return the gradient with respect to the prediction a; the target y is a constant. The
notes have one output each and call it a; here a and y may have any shape, the same for both.

A gradient has the shape of its variable, to the axis, and its type.

Example (001 §4)
    a = [0.708], y = [0.8], dout = 1
    printed: L = 0.00423, da = [-0.092]

Example (003)
    a = [7], y = [5], dout = 1
    printed: L = 2

Judge it:  pytest grader::squared_error
Stuck?     grader hint squared_error
"""

import numpy as np


def squared_error_forward(a, y):
    """L = ½ Σ (a − y)², a number; a and y have the same shape."""
    error = a - y
    L = 0.5 * np.sum(error**2)
    cache = error
    return L, cache


def squared_error_backward(dout, cache):
    """The gradient of the loss with respect to the prediction a.

    dout: upstream gradient of L, a number.
    Returns da, the shape of a.
    """
    raise NotImplementedError("squared_error_backward is yours to write")


# handgrad stub 684a4f6af22a
