# Returns an array whose header it has overwritten to claim a million million elements; must be refused, or crash.
# status: failed error
import ctypes

import numpy as np

kept = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    answer = np.zeros(4)
    kept.append(answer)
    fields = ctypes.cast(id(answer), ctypes.POINTER(ctypes.c_size_t))
    dimensions = ctypes.cast(fields[4], ctypes.POINTER(ctypes.c_size_t))
    dimensions[0] = 1 << 40
    return answer
