"""Batch normalisation (beyond the notes)

Each feature (column) of x (N, D) is normalised over the N samples of the batch, then scaled and
shifted: x̂ = (x − μ) / √(σ² + ε) and out = gamma·x̂ + beta. μ and σ² are the batch's own mean and
variance, the biased one, which divides by N; both depend on x. Return dx (N, D), dgamma (D,) and
dbeta (D,).

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    x = [[1, 6], [3, 2], [5, 4]], gamma = [2, -1], beta = [0.5, 1], eps = 0.001, dout = [[1, -2],
        [3, 4], [-5, 3]]

Judge it:  pytest grader::batchnorm
Stuck?     grader hint batchnorm
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, eps):
    """gamma · (x − mean) / √(variance + eps) + beta, with each feature's mean and biased variance over the batch.

    x: shape (N, D). gamma, beta: shape (D,). eps: a small float.
    """
    inverse_deviation = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) * inverse_deviation
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inverse_deviation)
    return out, cache


def batchnorm_backward(dout, cache):
    """The gradient of the loss with respect to the batch, the scale and the shift.

    dout: upstream gradient, shape (N, D).
    Returns (dx, dgamma, dbeta), shapes (N, D), (D,) and (D,).
    """
    raise NotImplementedError("batchnorm_backward is yours to write")


# handgrad stub ae9c151dc50f
