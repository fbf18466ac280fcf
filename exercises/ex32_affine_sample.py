"""Affine layer, one sample (004 §9)

One sample through a fully connected layer: z = W·x + b. Return dW, dx and db, in the order of the
forward's arguments. Here x is a vector (d_x,), and W is (d_z, d_x): a row for each output. Mind
that the mini-batch version (004 §10, exercise 33) takes X first, and a W of shape (d_x, d_z).

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §9.5)
    W = [[1, 2], [3, 4]], x = [5, 6], b = [7, 8], dout = [10, -1]
    printed: z = [24, 47], dW = [[50, 60], [-5, -6]], dx = [7, 16], db = [10, -1]

Judge it:  pytest grader::affine_sample
Stuck?     grader hint affine_sample
"""

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
    raise NotImplementedError("affine_sample_backward is yours to write")


# handgrad stub 11fc3ba9683f
