"""Batch normalisation in training (beyond the notes)."""

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
    x_hat, gamma, inverse_deviation = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=0)
    through_variance = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = (dx_hat - through_mean - through_variance) * inverse_deviation
    return dx, dgamma, dbeta
