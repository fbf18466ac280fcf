"""A two-layer network (000, 001)

One sample through two layers of sigmoids: z1 = W1·x + b1, a1 = σ(z1), z2 = W2·a1 + b2, a2 = σ(z2),
and the squared error L = ½ Σ (a2 − y)². W1 and W2 are (out, in): a row for each unit. Return the
gradient of every node and every input, going from L back to x. 000 writes W·x in §2–3 and Wᵀx in
§4.3 and §4.5; its gradients hold for W·x, which is what we use. 001 calls such a network 3-layer;
it has two layers of weights.

A gradient has the shape of its variable, to the axis, and its type.

Example (001 §4)
    x = [0.5, 0.3], W1 = [[0.2, 0.5], [0.3, 0.4]], b1 = [0.1, 0.2], W2 = [[0.6, 0.7]], b2 = [0.1], y
        = [0.8], dout = 1
    printed: z1 = [0.35, 0.47], a1 = [0.587, 0.615], z2 = 0.883, a2 = 0.708, L = 0.00423, da2 =
        -0.092, dz2 = -0.019, dW2 = [[-0.011, -0.012]], db2 = [-0.019], da1 = [-0.0114, -0.0133],
        dz1 = [-0.00276, -0.00315], dW1 = [[-0.00138, -0.00083], [_, _]]

Judge it:  pytest grader::two_layer
Stuck?     grader hint two_layer
"""

import numpy as np


def two_layer_forward(x, W1, b1, W2, b2, y):
    """z1 = W1·x + b1, a1 = σ(z1), z2 = W2·a1 + b2, a2 = σ(z2), L = ½ Σ (a2 − y)².

    x: shape (in,). W1: shape (hidden, in). b1: shape (hidden,).
    W2: shape (out, hidden). b2, y: shape (out,). L: a number.
    """
    z1 = W1 @ x + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = W2 @ a1 + b2
    a2 = 1 / (1 + np.exp(-z2))
    L = 0.5 * np.sum((a2 - y) ** 2)
    cache = (x, W1, a1, W2, a2, y)
    return L, cache


def two_layer_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of L, a number.
    Returns a dict with the keys da2, dz2, dW2, db2, da1, dz1, dW1, db1, dx, each of the shape of its variable.
    """
    raise NotImplementedError("two_layer_backward is yours to write")


# handgrad stub 9aeb4028a4c6
