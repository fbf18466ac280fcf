"""ReLU (004 §8)."""

import numpy as np


def relu_forward(x):
    """z = max(x, 0), element by element."""
    z = np.maximum(x, 0)
    cache = x
    return z, cache


def relu_backward(dout, cache):
    """The gradient of the loss with respect to x.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    x = cache
    return dout * (x > 0)
