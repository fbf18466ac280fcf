"""The affine layer for one sample (004 §9)."""

import numpy as np


def affine_sample_forward(W, x, b):
    """z = W·x + b.

    W: shape (d_z, d_x). x: shape (d_x,). b and z: shape (d_z,).
    """
    z = W @ x + b
    cache = (W, x)
    return z, cache


def affine_sample_backward(dout, cache):
    """The gradient of the loss with respect to W, x and b.

    dout: upstream gradient, shape (d_z,).
    Returns (dW, dx, db), with the shapes (d_z, d_x), (d_x,) and (d_z,).
    """
    W, x = cache
    dW = np.outer(dout, x)
    dx = W.T @ dout
    db = dout
    return dW, dx, db
