"""Layer normalisation (beyond the notes)

Each sample (row) of x (N, D) is normalised over its own D features, then scaled and shifted: x̂ =
(x − μ) / √(σ² + ε) and out = gamma·x̂ + beta. μ and σ² are the row's mean and biased variance,
which divides by D: in batch normalisation they ran down the columns, here along the rows. gamma and
beta still hold one value for each feature. Return dx (N, D), dgamma (D,) and dbeta (D,).

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    x = [[1, 3, 5], [6, 2, 4]], gamma = [2, -1, 3], beta = [0.5, 1, 0], eps = 0.001, dout = [[1, -2,
        3], [4, -5, 3]]

Judge it:  pytest grader::layernorm
Stuck?     grader hint layernorm
"""

import numpy as np


def layernorm_forward(x, gamma, beta, eps):
    """gamma · (x − mean) / √(variance + eps) + beta, with each sample's mean and biased variance over its features.

    x: shape (N, D). gamma, beta: shape (D,). eps: a small float.
    """
    inverse_deviation = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=1, keepdims=True)) * inverse_deviation
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inverse_deviation)
    return out, cache


def layernorm_backward(dout, cache):
    """The gradient of the loss with respect to the batch, the scale and the shift.

    dout: upstream gradient, shape (N, D).
    Returns (dx, dgamma, dbeta), shapes (N, D), (D,) and (D,).
    """
    raise NotImplementedError("layernorm_backward is yours to write")


# handgrad stub b852dab55f24
