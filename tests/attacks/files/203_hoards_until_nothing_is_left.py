# Takes all the memory it can get and keeps it, so that not even an answer finds room; must not disturb the grader.
# status: error failed
# seconds: 15
import numpy as np

hoard = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    size = 1 << 27
    while size and len(hoard) < 12:
        try:
            hoard.append(bytearray(size))
        except MemoryError:
            size //= 2
    return np.zeros_like(dout)
