"""Binary cross-entropy (004 §5.3)

The loss of yes-or-no predictions, averaged over N samples: L = −1/N · Σ (y·log ŷ + (1 − y)·log(1 −
ŷ)), with predictions ŷ strictly between 0 and 1 and targets y that are 0 or 1. Given dout, a
number, return the gradient with respect to ŷ, with the shape (N,); the targets get none. The note
treats one sample; the mean is ours. Its ŷ − y is the gradient before the sigmoid, not this one.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §5.4, ŷ = σ(1.4))
    y_hat = [0.8021838885585818], y = [1], dout = 1

Example (004 §5.3, with numbers of ours)
    y_hat = [0.8, 0.2, 0.5, 0.6], y = [1, 0, 0, 1], dout = 1

Judge it:  pytest grader::bce
Stuck?     grader hint bce
"""

import numpy as np


def bce_forward(y_hat, y):
    """L = −1/N · Σ (y·log ŷ + (1 − y)·log(1 − ŷ)), a number; ŷ and y have the shape (N,)."""
    L = -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    cache = (y_hat, y)
    return L, cache


def bce_backward(dout, cache):
    """The gradient of the loss with respect to ŷ.

    dout: upstream gradient of L, a float.
    Returns dy_hat, the shape (N,).
    """
    raise NotImplementedError("bce_backward is yours to write")


# handgrad stub 58edb8212e36
