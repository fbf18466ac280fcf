"""A linear neuron with squared error, node by node (003)."""

import numpy as np


def linear_neuron_forward(w, x, b, y):
    """c = w·x, a = c + b, d = a − y, J = ½d²; all of them Python floats."""
    c = w * x
    a = c + b
    d = a - y
    J = 0.5 * d**2
    cache = (w, x, d)
    return J, cache


def linear_neuron_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of J, a float.
    Returns a dict with the keys dd, da, dc, dw, dx, db, floats all.
    """
    w, x, d = cache
    dd = dout * d
    da = dd
    dc = da
    return {"dd": dd, "da": da, "dc": dc, "dw": dc * x, "dx": dc * w, "db": da}
