# Puts a verdict with escape codes on the line of source that raises; must be shown as theirs, without the codes.
# status: error
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout[9999]  # [2J relu   2/2   spoof ‮ relu 2/2 spoof
