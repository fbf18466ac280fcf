"""The slope of a square (003 derivatives)

The smallest graph there is: one input w, one node, the cost J = w², element by element. The
derivative says how far J moves for a tiny nudge of w. Something may come after J, so the backward
gets dout, the upstream gradient ∂L/∂J, and returns ∂L/∂w. J is a cost here; in other exercises the
letter stands for a Jacobian.

A gradient has the shape of its variable, to the axis, and its type.

Example (003 derivatives)
    w = [3], dout = [1]
    printed: J = 9, dw = [6]

Example (003 derivatives)
    w = [2, -3], dout = [1, 1]
    printed: dw = [4, -6]

Example (003 derivatives)
    w = [3.001], dout = [1]
    printed: J = 9.006001

Judge it:  pytest grader::square
Stuck?     grader hint square
"""

import numpy as np


def square_forward(w):
    """J = w², element by element."""
    J = w**2
    cache = w
    return J, cache


def square_backward(dout, cache):
    """The gradient of the loss with respect to w.

    dout: upstream gradient, the shape of w.
    Returns dw, the shape of w.
    """
    raise NotImplementedError("square_backward is yours to write")


# handgrad stub bebc4215465d
