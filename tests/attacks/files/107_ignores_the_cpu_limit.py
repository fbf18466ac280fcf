# Ignores SIGXCPU and burns CPU time; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import signal

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
