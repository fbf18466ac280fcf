"""Softplus (beyond the notes)

Softplus is ReLU with its corner rounded: z = ln(1 + e^x), element by element. As e^x overflows for
large x, the forward computes the same number as max(x, 0) + ln(1 + e^(−|x|)). Return the gradient
of the loss with respect to x. It must be safe too: at x = 1000 the gradient is dout and at x =
−1000 it is 0, not nan.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes, with numbers of ours)
    x = [1, -2, 3, 0.5], dout = [2, -1, 5, -4]

Judge it:  pytest grader::softplus
Stuck?     grader hint softplus
"""

import numpy as np


def softplus_forward(x):
    """z = ln(1 + e^x), element by element, without overflow."""
    # The exponent is never above 0, so it can't overflow.
    z = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    cache = x
    return z, cache


def softplus_backward(dout, cache):
    """The gradient of the loss with respect to x, for x of any size.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    raise NotImplementedError("softplus_backward is yours to write")


# handgrad stub 428761c9834b
