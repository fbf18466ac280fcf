# Returns an array of a million million elements that takes no memory; must be refused without being copied.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.broadcast_to(0.0, (1000, 1000, 1000, 1000))
