# Resolves a name, which would tell a name server something; must be refused.
# status: failed
import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        socket.getaddrinfo("localhost", 80)
        print("BREACH: resolved a name")
    except OSError:
        pass
    return np.zeros_like(dout)
