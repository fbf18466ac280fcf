# Kills its process group, in which the grader might be; must be refused, or hit no one but itself.
# status: failed error
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.killpg(0, 9)
    except OSError:
        pass
    return np.zeros_like(dout)
