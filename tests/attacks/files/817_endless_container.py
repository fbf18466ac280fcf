# Returns a list whose iterator never ends, and a tuple of a million; must be refused.
# status: failed
import numpy as np


class Endless(list):
    def __iter__(self):
        while True:
            yield 0.0

    def __len__(self):
        return 2


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return Endless([(0.0,) * 1_000_000])
