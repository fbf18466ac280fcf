"""Elementwise multiplication with broadcasting (004 §11)."""

import numpy as np


def broadcast_multiply_forward(a, b):
    """p = a·b, element by element, by NumPy's broadcasting rules."""
    p = a * b
    cache = (a, b)
    return p, cache


def broadcast_multiply_backward(dout, cache):
    """The gradient of the loss with respect to both factors.

    dout: upstream gradient, the shape of p.
    Returns (da, db), the shapes of a and of b.
    """
    a, b = cache

    def sum_to(shape, gradient):
        leading = gradient.ndim - len(shape)
        gradient = gradient.sum(axis=tuple(range(leading)))
        stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
        return gradient.sum(axis=stretched, keepdims=True)

    return sum_to(a.shape, dout * b), sum_to(b.shape, dout * a)
