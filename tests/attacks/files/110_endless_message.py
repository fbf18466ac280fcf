# Raises an exception whose text takes for ever to make; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import numpy as np


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise Endless
