# Loops for ever in the backward; must be stopped at the time limit.
# status: timeout
# says: stopped after
# seconds: 0.3
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while True:
        pass
