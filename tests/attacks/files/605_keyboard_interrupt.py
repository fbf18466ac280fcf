# Raises KeyboardInterrupt, which would stop a grader that runs it itself; must count as an error like another.
# status: error
# says: KeyboardInterrupt
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise KeyboardInterrupt
