# Returns random numbers, in the hope of a case or two; must earn nothing.
# status: failed
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.random.normal(size=dout.shape)
