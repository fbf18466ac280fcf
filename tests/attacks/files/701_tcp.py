# Connects and listens by TCP, on the loopback address; must be refused.
# status: failed
import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    try:
        socket.create_connection(("127.0.0.1", int("@PORT@")), 1).sendall(b"secret")
        print("BREACH: connected by TCP")
    except OSError:
        pass
    try:
        socket.create_server(("127.0.0.1", 0)).close()
        print("BREACH: listens by TCP")
    except OSError:
        pass
    return np.zeros_like(dout)
