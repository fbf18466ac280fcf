# Sends by UDP, on the loopback address; must be refused.
# status: failed
import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", int("@PORT@")))
        print("BREACH: sent by UDP")
    except OSError:
        pass
    return np.zeros_like(dout)
