# Announces an array of eight exabytes; must be refused before any memory is set aside.
# status: error
# says: spoilt its own answers
import json
import os
import struct

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    header = json.dumps([["reply", None, "", 0], ["dict", ["out"], ["array", "<f8", [1 << 60]]]]).encode()
    for fd in range(3, 64):
        try:
            os.write(fd, struct.pack("<4sIQ", b"HGR1", len(header), 1 << 63) + header)
        except OSError:
            pass
    os._exit(0)
