# Raises NotImplementedError everywhere; must count as not started, and earn nothing.
# status: not-started
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise NotImplementedError
