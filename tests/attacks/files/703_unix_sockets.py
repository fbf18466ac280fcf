# Makes UNIX sockets, with a name, an abstract one, and a pair; must be refused.
# status: failed
import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for name in ("@CANARY@/open/handgrad-@TOKEN@-socket", "\0handgrad-@TOKEN@"):
        try:
            socket.socket(socket.AF_UNIX).bind(name)
            print("BREACH: a UNIX socket")
        except OSError:
            continue
    try:
        socket.socketpair()
        print("BREACH: a pair of sockets")
    except OSError:
        pass
    return np.zeros_like(dout)
