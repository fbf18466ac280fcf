# Takes central differences through the given forward; must be recognised, and earn nothing.
# status: error
# says: calls relu_forward at other values than its own
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    h = 1e-6
    return dout * (relu_forward(cache + h)[0] - relu_forward(cache - h)[0]) / (2 * h)
