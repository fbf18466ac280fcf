# Stops its parent process, to make the grader wait for ever; must be refused, or be worth nothing.
# status: failed error timeout
# seconds: 1
import os
import signal

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        os.kill(os.getppid(), signal.SIGSTOP)
    except OSError:
        pass
    return np.zeros_like(dout)
