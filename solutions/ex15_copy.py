"""The copy gate: one value, two branches (004 §4.3)."""

import numpy as np


def copy_forward(v):
    """The tuple (v, v): one copy for each branch."""
    copies = (v, v)
    cache = None
    return copies, cache


def copy_backward(dout, cache):
    """The gradient of the loss with respect to v.

    dout: the tuple (d1, d2), the upstream gradients of the two branches, both the shape of v.
    Returns dv, the shape of v.
    """
    d1, d2 = dout
    return d1 + d2
