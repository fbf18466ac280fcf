"""The multiply gate (004 §4.2)

A gate with two inputs of the same shape: p = a·b, element by element, no matrix product. Given
dout, the upstream gradient ∂L/∂p, return the gradients with respect to a and to b, in this order.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §2, the multiply node)
    a = [3], b = [-4], dout = [1]
    printed: p = -12, da = [-4], db = [3]

Judge it:  pytest grader::multiply
Stuck?     grader hint multiply
"""

import numpy as np


def multiply_forward(a, b):
    """p = a·b, element by element; a and b have the same shape."""
    p = a * b
    cache = (a, b)
    return p, cache


def multiply_backward(dout, cache):
    """The gradient of the loss with respect to a and b.

    dout: upstream gradient, the shape of a and b.
    Returns da, db, both of that shape.
    """
    raise NotImplementedError("multiply_backward is yours to write")


# handgrad stub e6fba4b5ab48
