# Ignores every signal that can be ignored, and sleeps; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import signal
import time

import numpy as np

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    time.sleep(1000)
