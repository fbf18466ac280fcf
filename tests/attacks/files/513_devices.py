# Opens devices: terminals, memory, random sources without end; must be refused.
# status: failed
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in ("/dev/tty", "/dev/zero", "/dev/full", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/ptmx"):
        try:
            os.close(os.open(place, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
            print("BREACH: opened", place)
        except OSError:
            continue
    return np.zeros_like(dout)
