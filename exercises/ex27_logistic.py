"""Logistic regression, node by node (004 §5)

A score, a sigmoid and a loss: s = wᵀx + b, ŷ = σ(s) and the binary cross-entropy L = −(y·log ŷ + (1
− y)·log(1 − ŷ)), for one sample with the label y = 0 or 1. Walk back from L and return the gradient
at ŷ, at s, and then of w, x and b. x and w are vectors of the same length; everything else is a
number. At s most of it cancels, and something very short is left.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §5.4)
    x = [2, -1], w = [0.3, -0.7], b = 0.1, y = 1, dout = 1
    printed: s = 1.4, y_hat = 0.8022, ds = -0.1978, dw = [-0.3956, 0.1978], dx = [-0.0593, 0.1385],
        db = -0.1978

Judge it:  pytest grader::logistic
Stuck?     grader hint logistic
"""

import numpy as np


def logistic_forward(x, w, b, y):
    """s = wᵀx + b, ŷ = σ(s) and the binary cross-entropy L of ŷ and y.

    x and w: shape (D,). b and y: floats, y is 0 or 1. L: a float.
    """
    s = w @ x + b
    y_hat = 1 / (1 + np.exp(-s))
    L = -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    cache = (x, w, y, y_hat)
    return L, cache


def logistic_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of L, a float.
    Returns a dict with the keys dy_hat, ds, dw, dx, db; dw and dx have shape (D,), the others are floats.
    """
    raise NotImplementedError("logistic_backward is yours to write")


# handgrad stub d61c14b11e41
