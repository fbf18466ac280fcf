# Leaves an object whose finalizer never ends for the harness to drop; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import numpy as np


class Endless:
    def __del__(self):
        while True:
            pass


def relu_forward(x):
    return np.maximum(x, 0), Endless()


def relu_backward(dout, cache):
    return dout
