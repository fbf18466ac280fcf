# Stays inside one call of C code, where no Python signal handler runs; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import itertools

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return sum(itertools.repeat(1))
