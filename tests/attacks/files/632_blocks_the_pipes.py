# Makes the pipes that it shares with the grader small and blocking, then leaves them full; must not hang the grader.
# status: failed error
import fcntl
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for fd in (1, 2, 3):
        try:
            fcntl.fcntl(fd, fcntl.F_SETFL, 0)
            fcntl.fcntl(fd, 1031, 4096)
        except OSError:
            pass
    os.write(1, b"x" * 60_000)
    return np.zeros_like(dout)
