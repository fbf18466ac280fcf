# Overwrites objects of the interpreter; must be reported as a crash or an error.
# status: error failed
import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for thing in (None, True, (), dict, relu_forward):
        ctypes.memset(id(thing), 0x41, 16)
    return np.zeros_like(dout)
