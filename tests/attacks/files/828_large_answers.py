# Returns arrays of 15 MB in every case; must be cut off, and take no more memory than the caps allow.
# status: error
# says: spoilt its own answers
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.zeros(1_900_000)
