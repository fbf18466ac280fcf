# Sets timers and handlers to disarm a grader's own alarm; must be stopped at the time limit.
# status: timeout
# seconds: 0.3
import signal

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    signal.signal(signal.SIGALRM, lambda *arguments: None)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        signal.alarm(0)
    except OSError:
        pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
