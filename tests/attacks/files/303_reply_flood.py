# Floods every descriptor that might carry replies; must be cut off and reported.
# status: error
# says: spoilt its own answers
# seconds: 15
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while True:
        for fd in range(3, 16):
            try:
                os.write(fd, bytes(1 << 20))
            except BrokenPipeError:
                os._exit(0)
            except OSError:
                continue
