# Returns complex numbers whose real part might be looked at alone; must be refused.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout * (cache > 0) + 1j
