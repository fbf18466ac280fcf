# Recurses for ever; must be reported as the error that it is.
# status: error
# says: RecursionError
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return relu_backward(dout, cache)
