# Sends a header nested a million deep; must be refused.
# status: error
# says: spoilt its own answers
import os
import struct

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    header = b"[" * 1_000_000 + b"]" * 1_000_000
    for fd in range(3, 64):
        try:
            os.write(fd, struct.pack("<4sIQ", b"HGR1", len(header), 0) + header)
        except OSError:
            pass
    os._exit(0)
