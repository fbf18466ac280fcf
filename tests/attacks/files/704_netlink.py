# Asks the kernel about the network, and for packets; must be refused.
# status: failed
import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for family, kind in ((16, socket.SOCK_RAW), (17, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW), (38, 5), (40, 1)):
        try:
            socket.socket(family, kind, 0).close()
            print("BREACH: a socket of family", family)
        except OSError:
            continue
    return np.zeros_like(dout)
