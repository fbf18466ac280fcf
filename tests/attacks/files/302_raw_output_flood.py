# Floods both output descriptors past Python's streams; must be capped.
# status: failed
import os

import numpy as np

done = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    if not done:
        done.append(True)
        for _ in range(500):
            os.write(1, b"x" * 100_000)
            os.write(2, b"y" * 100_000)
    return np.zeros_like(dout)
