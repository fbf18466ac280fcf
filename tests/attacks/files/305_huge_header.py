# Announces a reply with a header of 4 GB; must be refused before any memory is set aside.
# status: error
# says: spoilt its own answers
import os
import struct

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for fd in range(3, 64):
        try:
            os.write(fd, struct.pack("<4sIQ", b"HGR1", 0xFFFFFFFF, 0) + b"[" * 1000)
        except OSError:
            pass
    os._exit(0)
