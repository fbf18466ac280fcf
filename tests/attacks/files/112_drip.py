# Prints a little all the time, as if it were at work, and never ends; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while True:
        print("still computing", flush=True)
        time.sleep(0.01)
