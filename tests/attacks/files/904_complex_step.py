# Takes a complex step through the given forward; must be recognised, and earn nothing.
# status: error
# says: calls relu_forward at other values than its own
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout * relu_forward(cache + 1e-30j)[0].imag / 1e-30
