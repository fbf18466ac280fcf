"""Multiplication with broadcasting (004 §11)

p = a·b element by element, where NumPy repeats the smaller factor until the shapes agree: along
leading axes that it lacks, and along axes where its size is 1. Either factor may be repeated, or
both, or neither. Return da and db, each in exactly the shape of its factor.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §11, with numbers of ours)
    a = [[1, 2, 3], [4, 5, 6]], b = [10, -20, 30], dout = [[1, -1, 2], [3, 5, -2]]

Judge it:  pytest grader::broadcast_multiply
Stuck?     grader hint broadcast_multiply
"""

import numpy as np


def broadcast_multiply_forward(a, b):
    """p = a·b, element by element, by NumPy's broadcasting rules."""
    p = a * b
    cache = (a, b)
    return p, cache


def broadcast_multiply_backward(dout, cache):
    """The gradient of the loss with respect to both factors.

    dout: upstream gradient, the shape of p.
    Returns (da, db), the shapes of a and of b.
    """
    raise NotImplementedError("broadcast_multiply_backward is yours to write")


# handgrad stub 5a66a312c8b7
