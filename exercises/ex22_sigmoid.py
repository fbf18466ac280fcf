"""Sigmoid (004 §5.2)

The sigmoid squeezes every score into the range from 0 to 1: σ(s) = 1 / (1 + e^(−s)), element by
element. Return the gradient of the loss with respect to s. Its slope can be written with nothing
but the output σ, which is why the forward keeps that. Far from 0 the sigmoid is flat: at s = ±1000
the gradient is 0, not nan.

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §5.4)
    s = [1.4], dout = [1]
    printed: sigma = 0.8022

Example (001 §4)
    s = [0.35, 0.47, 0.883], dout = [1, 1, 1]
    printed: sigma = [0.587, 0.615, 0.708], ds = [0.242, 0.237, 0.207]

Judge it:  pytest grader::sigmoid
Stuck?     grader hint sigmoid
"""

import numpy as np


def sigmoid_forward(s):
    """σ(s) = 1 / (1 + e^(−s)), element by element."""
    # The exponent is never above 0, so it can't overflow.
    e = np.exp(-np.abs(s))
    sigma = np.where(s >= 0, 1, e) / (1 + e)
    cache = sigma
    return sigma, cache


def sigmoid_backward(dout, cache):
    """The gradient of the loss with respect to s.

    dout: upstream gradient, the shape of s.
    Returns ds, the shape of s.
    """
    raise NotImplementedError("sigmoid_backward is yours to write")


# handgrad stub a5dedfa45bf5
