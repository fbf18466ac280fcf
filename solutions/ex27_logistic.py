"""Logistic regression on one sample, node by node (004 §5)."""

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
    x, w, y, y_hat = cache
    dy_hat = dout * (-y / y_hat + (1 - y) / (1 - y_hat))
    # dy_hat times the sigmoid's slope ŷ(1 − ŷ), after everything has cancelled.
    ds = dout * (y_hat - y)
    return {"dy_hat": dy_hat, "ds": ds, "dw": ds * x, "dx": ds * w, "db": ds}
