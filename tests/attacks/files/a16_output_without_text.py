# Prints bytes that are no text, and half characters; must be shown as theirs, without them.
# status: failed
# says: your code
import os
import sys

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.stdout.buffer.write(bytes(range(256)) + b"\xed\xa0\x80\xf0\x9f relu 2/2 spoof\n")
    print("\ud800 spoof")
    os.write(1, b"\xff\xfe\x1b[2J spoof")
    return np.zeros_like(dout)
