"""Affine layer, mini-batch (004 §10)

A whole mini-batch through a fully connected layer: Z = X·W + 1bᵀ. Each row of X is a sample, and b
is added to every row. A batch may be empty: then dW and db are zeros, and dX has no rows. Return
dX, dW and db, in the order of the forward's arguments. Here W is (d_x, d_z), a column for each
output, and X comes first; for one sample (exercise 32) W comes first, and is (d_z, d_x).

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §10, with numbers of ours)
    X = [[1, 2], [3, -1], [-2, 4]], W = [[2, -1], [1, 3]], b = [1, -2], dout = [[1, -2], [3, 1],
        [-1, 2]]

Judge it:  pytest grader::affine
Stuck?     grader hint affine
"""

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
    raise NotImplementedError("affine_backward is yours to write")


# handgrad stub c56bd9b94398
