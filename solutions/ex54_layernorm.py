"""Layer normalisation (beyond the notes)."""

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
    x_hat, gamma, inverse_deviation = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=1, keepdims=True)
    through_variance = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = (dx_hat - through_mean - through_variance) * inverse_deviation
    return dx, dgamma, dbeta
