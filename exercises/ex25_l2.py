"""L2 regularisation (002)

The penalty on large weights: R = (λ/2)·Σ w², summed over all elements of w, which may have any
shape. λ, called lam in the code, is a constant and gets no gradient. Given dout, a number, return
the gradient with respect to w, with the shape of w. The note adds R to the data loss, and
regularises a and c only, not the offsets b and d.

A gradient has the shape of its variable, to the axis, and its type.

Example (002 step 1, w = (a, c))
    w = [1, 1], lam = 0.1, dout = 1

Example (002 step 2, w = (a, c))
    w = [0.955015, 0.976006], lam = 0.1, dout = 1
    printed: dw = [0.0955, _]

Judge it:  pytest grader::l2
Stuck?     grader hint l2
"""

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
    raise NotImplementedError("l2_backward is yours to write")


# handgrad stub c8ec5abe014e
