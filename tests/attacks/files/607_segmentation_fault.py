# Reads address 0; must be reported as a crash.
# status: error
# says: crashed its process .SIGSEGV
import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    ctypes.string_at(0)
