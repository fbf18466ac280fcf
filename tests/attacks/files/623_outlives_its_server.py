# Cancels its own death signal, kills the server above it and sleeps on; must be refused, or die with its job.
# status: failed error timeout
# seconds: 1
import ctypes
import os
import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    try:
        os.kill(os.getppid(), 9)
    except OSError:
        return np.zeros_like(dout)
    os.closerange(0, 64)
    time.sleep(15)
    os._exit(0)
