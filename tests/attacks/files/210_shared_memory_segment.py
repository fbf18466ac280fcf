# Leaves a System V segment of shared memory, which outlives its process; must be refused.
# status: failed
import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    create = 0o1600
    if ctypes.CDLL(None, use_errno=True).shmget(int("@KEY@"), 4096, create) >= 0:
        print("BREACH: a segment of shared memory")
    return np.zeros_like(dout)
