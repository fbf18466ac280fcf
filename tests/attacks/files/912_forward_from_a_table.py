# Computes the right forward in another way, and a wrong backward; must not be excused.
# status: failed
import numpy as np


def relu_forward(x):
    return np.where(x > 0, x, 0.0), x


def relu_backward(dout, cache):
    return dout
