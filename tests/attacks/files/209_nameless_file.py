# Keeps data in a file without a name, beyond the limit of memory; must be refused.
# status: failed
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        fd = os.memfd_create("hoard")
        os.write(fd, bytes(1 << 20))
        print("BREACH: wrote to a file without a name")
    except OSError:
        pass
    return np.zeros_like(dout)
