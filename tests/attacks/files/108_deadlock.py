# Waits for a lock that it holds itself; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import threading

import numpy as np

lock = threading.Lock()


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    lock.acquire()
    lock.acquire()
