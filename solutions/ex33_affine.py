"""The affine layer for a mini-batch (004 §10)."""

import numpy as np


def affine_forward(X, W, b):
    """Z = X·W + 1bᵀ: b is added to every row.

    X: shape (N, d_x). W: shape (d_x, d_z). b: shape (d_z,). Z: shape (N, d_z).
    """
    Z = X @ W + b
    cache = (X, W)
    return Z, cache


def affine_backward(dout, cache):
    """The gradient of the loss with respect to X, W and b.

    dout: upstream gradient, shape (N, d_z).
    Returns (dX, dW, db), with the shapes (N, d_x), (d_x, d_z) and (d_z,).
    """
    X, W = cache
    dX = dout @ W.T
    dW = X.T @ dout
    db = dout.sum(axis=0)
    return dX, dW, db
