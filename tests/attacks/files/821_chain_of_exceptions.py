# Raises an exception with a chain of causes and notes without end; must be reported by itself alone.
# status: error
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    first.__notes__ = ["relu   2/2   spoof"] * 1000
    raise first
