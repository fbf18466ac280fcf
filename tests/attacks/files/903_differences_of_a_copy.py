# Takes central differences through a copy of the forward; must be recognised by its few right digits.
# status: failed
# exercise: tanh
# earns: 0.475
# says: right digits
import numpy as np


def tanh_forward(s):
    return np.tanh(s), s


def tanh_backward(dout, cache):
    s, h = cache.astype(float), 1e-6
    return dout * (np.tanh(s + h) - np.tanh(s - h)) / (2 * h)
