# Catches every exception that an interrupt might raise, and goes on; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass
