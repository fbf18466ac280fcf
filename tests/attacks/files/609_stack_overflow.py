# Overflows the C stack; must be reported as a crash or an error.
# status: error timeout
import sys

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.setrecursionlimit(10**9)
    deep = lambda item: sorted([item], key=deep)
    return deep(1)
