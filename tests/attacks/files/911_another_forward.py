# Changes the forward into one that is easy to differentiate; must earn nothing.
# status: failed
# says: no longer computes
import numpy as np


def relu_forward(x):
    return x, x


def relu_backward(dout, cache):
    return dout
