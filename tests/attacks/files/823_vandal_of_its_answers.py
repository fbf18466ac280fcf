# Changes arrays that it has returned, later, from a trace function; must be judged by what was sent.
# status: failed
import sys

import numpy as np

returned = []


def change(frame, event, argument):
    for array in returned:
        array[...] = np.nan


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    returned.append(np.zeros_like(dout))
    sys.setprofile(change)
    return returned[-1]
