# Prints terminal escape codes that clear the screen and write a verdict; must be shown as theirs, without the codes.
# status: failed
# says: your code
import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    print("\x1b[2J\x1b[H\x1b[32mrelu   2/2   spoof\x1b[0m\x1b]0;title\x07\x9b31m\x00\x08\x7f")
    return np.zeros_like(dout)
