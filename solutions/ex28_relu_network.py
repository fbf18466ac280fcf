"""A network of two ReLU units in a row, node by node (003)."""

import numpy as np


def relu_network_forward(x, w1, b1, w2, b2, y):
    """z1 = w1·x + b1, a1 = max(z1, 0), z2 = w2·a1 + b2, a2 = max(z2, 0), J = ½(a2 − y)²; all of them Python floats."""
    z1 = w1 * x + b1
    a1 = max(z1, 0.0)
    z2 = w2 * a1 + b2
    a2 = max(z2, 0.0)
    J = 0.5 * (a2 - y) ** 2
    cache = (x, w1, z1, a1, w2, z2, a2, y)
    return J, cache


def relu_network_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of J, a float.
    Returns a dict with the keys da2, dz2, dw2, db2, da1, dz1, dw1, db1, dx, floats all.
    """
    x, w1, z1, a1, w2, z2, a2, y = cache
    da2 = dout * (a2 - y)
    dz2 = da2 * (z2 > 0)
    dw2, db2, da1 = dz2 * a1, dz2, dz2 * w2
    dz1 = da1 * (z1 > 0)
    dw1, db1, dx = dz1 * x, dz1, dz1 * w1
    return {
        "da2": da2,
        "dz2": dz2,
        "dw2": dw2,
        "db2": db2,
        "da1": da1,
        "dz1": dz1,
        "dw1": dw1,
        "db1": db1,
        "dx": dx,
    }
