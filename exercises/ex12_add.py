"""The add gate (004 §4.1)

A gate with two inputs of the same shape: s = a + b, element by element. Given dout, the upstream
gradient ∂L/∂s, return the gradients with respect to a and to b, in this order.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §2, the add node)
    a = [-2], b = [5], dout = [-4]
    printed: s = 3, da = [-4], db = [-4]

Judge it:  pytest grader::add
Stuck?     grader hint add
"""

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
    raise NotImplementedError("add_backward is yours to write")


# handgrad stub e13ebd3e969a
