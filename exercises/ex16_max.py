"""The max gate (004 §4.4)

A gate that picks: m = max(a, b), element by element, for two inputs of the same shape. Given dout,
the upstream gradient ∂L/∂m, return the gradients with respect to a and to b, in this order. The
note leaves a tie open, and there is no one right slope there: PyTorch gives half to each, and any
two shares, each between 0 and 1, that make up dout between them count as right.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §4.4, with numbers of ours)
    a = [4, -2, 1], b = [3, 5, -6], dout = [2, -3, -7]

Judge it:  pytest grader::max
Stuck?     grader hint max
"""

import numpy as np


def max_forward(a, b):
    """m = max(a, b), element by element; a and b have the same shape."""
    m = np.maximum(a, b)
    cache = (a, b)
    return m, cache


def max_backward(dout, cache):
    """The gradient of the loss with respect to a and b.

    dout: upstream gradient, the shape of a and b.
    Returns da, db, both of that shape.
    """
    raise NotImplementedError("max_backward is yours to write")


# handgrad stub 17bfa275c142
