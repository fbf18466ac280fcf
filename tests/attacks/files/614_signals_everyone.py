# Signals every process that it may, with the signal that only asks; must be refused.
# status: failed
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.kill(-1, 0)
        print("BREACH: may signal other processes")
    except OSError:
        pass
    try:
        os.kill(os.getppid(), 0)
        print("BREACH: may signal its parent")
    except OSError:
        pass
    return np.zeros_like(dout)
