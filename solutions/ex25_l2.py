"""L2 regularisation (002)."""

import numpy as np


def l2_forward(w, lam):
    """R = (λ/2)·Σ w², a number; w has any shape, lam is a float."""
    R = lam / 2 * np.sum(w**2)
    cache = (w, lam)
    return R, cache


def l2_backward(dout, cache):
    """The gradient of the loss with respect to w.

    dout: upstream gradient of R, a float.
    Returns dw, the shape of w.
    """
    w, lam = cache
    return dout * lam * w
