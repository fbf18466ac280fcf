# Takes central differences through a copy of a forward with a kink; must earn nothing for the cases at the kink.
# status: failed
# earns: 0
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    x, h = cache.astype(float), 1e-6
    return dout * (np.maximum(x + h, 0) - np.maximum(x - h, 0)) / (2 * h)
