# Aborts its process; must be reported as a crash.
# status: error
# says: crashed its process
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.abort()
