# Raises a message of escape codes and carriage returns; must be shown as theirs, without the codes.
# status: error
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise ValueError("\r\x1b[1A\x1b[2Krelu   2/2   spoof\r\n\n+ relu  2/2 spoof\x1b[?25l")
