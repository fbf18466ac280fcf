# Computes a number of ten billion digits in a single call; must be stopped at the limit of time or memory.
# status: timeout error
# seconds: 0.3
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return 7 ** 7 ** 13
