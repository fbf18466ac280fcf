# Prints and raises lines of a megabyte; must be cut.
# status: error
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    print("spoof " * 200_000)
    raise ValueError("spoof " * 200_000)
