# Replaces itself by a shell; must be refused.
# status: failed error
# varies: limits
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.execv("/bin/sh", ["sh", "-c", "echo BREACH: a shell"])
    except OSError:
        pass
    return np.zeros_like(dout)
